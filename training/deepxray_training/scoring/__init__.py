"""The model ``joint-scoring``: Ratingen grades learnt from simulated lesions on healthy joints.

Run as ``python -m deepxray_training.scoring --data DIR``. The way of one training sample:

    patches         a healthy joint, cut along the finger with a margin around the crop
    joint_layers    film = soft tissue + remainder + distal bone + proximal bone
    lesions         take bone away at the articular outline: the destroyed share is the label
    deformity       move the bones: joint-space loss, collapse, subluxation, angulation, fusion
    companions      what goes with arthritis but is grade 0 by itself
    unscorable      hardware, crops off target, blank film
    exposure        frame, exposure, blur, noise: what differs from film to film
"""
