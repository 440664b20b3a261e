"""What a leaf is, how leaves make a tree, how a tree's head is signed, and how both are cut into files. Pure law."""
