"""What a person sees: one file each."""
