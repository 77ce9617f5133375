"""The formats of known secrets.

They are those of Yelp's detect-secrets 1.5.0 (Apache License 2.0), less its formats of a name with
a value, which `pay.secrets.names` recognises. The library itself is not used: checkov brings a fork
of it with other formats, so guard and gate would disagree (docs/decisions/0102).
"""

import re
from collections.abc import Mapping

FORMATS: Mapping[str, re.Pattern[str]] = {
    kind: re.compile(pattern)
    for kind, pattern in {
        "an AWS access key": r"(?:A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA)[0-9A-Z]{16}",
        "an Artifactory token": r"(?<![\w/+-])AKC[a-zA-Z0-9]{10,}(?![\w/+-])",
        "a Discord token": r"[MNO][a-zA-Z\d_-]{23,25}\.[a-zA-Z\d_-]{6}\.[a-zA-Z\d_-]{27}",
        "a GitHub token": r"gh[pousr]_[A-Za-z0-9_]{30,}|github_pat_[A-Za-z0-9_]{30,}",
        "a GitLab token": (
            r"(?:gl(?:pat|dt|ft|soat|rt|cbt|imt|ptt|agent)-|gloas-|GR1348941)[A-Za-z0-9_-]{20,}"
        ),
        "a JSON Web Token": r"eyJ[A-Za-z0-9_=-]+\.[A-Za-z0-9_=-]+(?:\.[A-Za-z0-9_.+/=-]*)?",
        "a Mailchimp key": r"[0-9a-z]{32}-us[0-9]{1,2}",
        "an npm token": r"(?<![\w-])npm_[A-Za-z0-9-]{36}|:_authToken=\s*[A-Fa-f0-9-]{36}",
        "an OpenAI key": r"sk-[A-Za-z0-9_-]*[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}",
        "a PuTTY key": r"PuTTY-User-Key-File-[23]",
        "a PyPI token": r"pypi-AgE[A-Za-z0-9_-]{70,}",
        "a SendGrid key": r"SG\.[a-zA-Z0-9_-]{22}\.[a-zA-Z0-9_-]{43}",
        "a Slack token": r"xox[abeoprs]-[A-Za-z0-9-]{10,}",
        "a Slack webhook": r"https://hooks\.slack\.com/services/T\w+/B\w+/\w+",
        "a Square token": r"sq0csp-[0-9A-Za-z\\_-]{43}",
        "a Stripe key": r"(?:[rs]k_(?:live|test)|whsec)_[0-9A-Za-z]{10,}",
        # After an account id in an ARN stands a name, never a token.
        "a Telegram token": r"(?<!\d)\d{8,10}:AA[0-9A-Za-z_-]{33}(?![\w-])",
        "a Twilio key": r"(?:AC|SK)[a-z0-9]{32}",
    }.items()
}
"""Kind, with its article -> what all secrets of that kind look like."""
