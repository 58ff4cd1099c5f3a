"""Ingredients of the simulation that training can leave out, one at a time, to show what each is worth.

The hold-out leaves nothing out: a variant is measured on what all others are measured on.
"""

WITHOUT = {
    "erosion": "bone is labelled as gone, but stays on the film: what companions and deformity alone give away",
    "deformity": "no collapse, fusion, subluxation or angulation of eroded joints",
    "companions": "no osteopenia, sclerosis, narrowing, flexion and others, alone or beside lesions",
    "exposure": "no gamma, blur, noise, black edges and compression",
}
"""Name of an ingredient to what is then missing."""
