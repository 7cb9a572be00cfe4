# Reads addresses of feeds, a line each, and prints what the W3C feed validator
# finds in them: errors, warnings and infos. Exits 1 if it finds anything.
# Usage: python3 validate.py FOLDER_OF_THE_VALIDATOR/src < addresses
import collections
import sys
import urllib.error
import urllib.parse
import urllib.request

sys.path.insert(0, sys.argv[1])
import feedvalidator
from feedvalidator import logging

kinds = collections.Counter()
documents = 0
for address in sys.stdin.read().split():
    documents += 1
    try:
        events = feedvalidator.validateURL(address, firstOccurrenceOnly=1)["loggedEvents"]
    except logging.ValidationFailure as failure:
        events = [failure.event]
    for event in events:
        level = [k for k in (logging.Error, logging.Warning, logging.Info) if isinstance(event, k)]
        if level:
            name = event.__class__.__name__
            kinds[level[0].__name__ + " " + name] += 1
            if kinds[level[0].__name__ + " " + name] <= 5:
                print(level[0].__name__, name, address, {k: str(v)[:200] for k, v in event.params.items()})
for kind, n in kinds.most_common():
    print(n, kind)
print(documents, "documents,", sum(kinds.values()), "findings")
sys.exit(1 if kinds else 0)
