print("never run: synthesis only zips it")
