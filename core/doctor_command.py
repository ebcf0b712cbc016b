def add_to(commands):  # in work
    del commands
