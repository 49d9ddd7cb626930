# SPDX-License-Identifier: ISC
import json
import sys
import time

given = json.load(sys.stdin)
time.sleep(given["seconds"])
print(f"{given.get('label', 'The computation')} took {given['seconds']} seconds.", end="")
