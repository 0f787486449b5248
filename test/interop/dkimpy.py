# Signs and verifies with dkimpy (Debian: python3-dkim, python3-nacl): one JSON document on standard input, one on standard
# output. Jobs are { op: "verify" | "sign", message: base64, … }; keys are served from the document, not from DNS.
import base64
import json
import sys

import dkim


def main():
    request = json.load(sys.stdin)
    zone = request["zone"]

    def lookup(name, timeout=5):
        if isinstance(name, bytes):
            name = name.decode("ascii")
        text = zone.get(name.rstrip("."))
        return None if text is None else text.encode("ascii")

    def verify(message):
        count = sum(1 for name, _ in dkim.DKIM(message).headers if name.lower() == b"dkim-signature")
        results = []
        for index in range(count):
            try:
                results.append("pass" if dkim.DKIM(message).verify(idx=index, dnsfunc=lookup) else "fail")
            except dkim.DKIMException as error:
                results.append("error: %s" % error)
        return results

    def sign(message, job):
        head, body = job["canonicalization"].split("/")
        return dkim.sign(
            message,
            job["selector"].encode("ascii"),
            job["domain"].encode("ascii"),
            job["key"].encode("ascii"),
            canonicalize=(head.encode("ascii"), body.encode("ascii")),
            signature_algorithm=job["algorithm"].encode("ascii"),
        ).decode("ascii")

    answers = []
    for job in request["jobs"]:
        message = base64.b64decode(job["message"])
        answers.append(verify(message) if job["op"] == "verify" else sign(message, job))
    json.dump(answers, sys.stdout)


main()
