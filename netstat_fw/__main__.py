"""Run the command as ``python -m netstat_fw``."""

from netstat_fw.cli import main

if __name__ == "__main__":
    main()
