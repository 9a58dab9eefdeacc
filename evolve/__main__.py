"""`python -m evolve` is `evolve`, also where the folder of installed commands is not on the path."""

from evolve.cli.app import main

if __name__ == "__main__":
    main()
