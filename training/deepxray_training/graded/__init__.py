"""Fine-tunes the served scoring model on crops that readers graded, and measures what that changes.

Run as ``python -m deepxray_training.graded --crops DIR`` (``--help`` tells the options). ``DIR`` holds the pictures,
anywhere below it, and ``graded.csv``:

    file,patient,joint,grade,erosion_percent
    crops/0001-mcp2.png,0001,mcp2,1,10
    crops/0001-mcp3.png,0001,mcp3,0,
    crops/0002-pip4.png,0002,pip4,,35

    file             below DIR; one joint, upright, finger tip up (what `npm run grade-crops` reads)
    patient          never parted: all crops of a patient serve to learn, to choose or to test
    joint            mcp1-mcp5, pip1-pip5 (pip1 is the thumb's interphalangeal joint)
    grade            Ratingen 0-5 }
    erosion_percent  0-100        } one of them, or both where they agree
    part             optional: learn, choose or test, the same for all rows of a patient; else drawn by patient

The way of a run:

    folder     reads and checks graded.csv, all its problems at once
    crops      reads the pictures, frames them as grade-crops does
    parts      parts the patients
    finetune   learns, from the weights of the served model.onnx; resumable
    agreement  measures before and after on the patients that were set aside
    publish    writes the entry of the model repository: model.onnx, config.json, card.md
"""
