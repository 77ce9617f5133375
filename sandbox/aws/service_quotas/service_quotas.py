"""Service Quotas: the applied value of a quota, and AWS's default.

moto 5.2 knows the defaults of VPC only. AWS answers `NoSuchResourceException` to GetServiceQuota
for a quota that has only a default. The sandbox does so for every quota that the settings do not
apply. Source: API reference, `GetServiceQuota`.
"""

import json

from moto.servicequotas.exceptions import NoSuchResource
from moto.servicequotas.responses import ServiceQuotasResponse

from sandbox.aws.patching import adds, replaces
from sandbox.aws.service_quotas import quotas


@replaces(ServiceQuotasResponse)
def get_service_quota(self: ServiceQuotasResponse) -> str:
    if json.loads(self.body)["QuotaCode"] not in quotas.SETTINGS.quotas:
        raise NoSuchResource
    return _answer(self, is_default=False)


@adds(ServiceQuotasResponse)
def get_aws_default_service_quota(self: ServiceQuotasResponse) -> str:
    return _answer(self, is_default=True)


def _answer(response: ServiceQuotasResponse, *, is_default: bool) -> str:
    asked = json.loads(response.body)
    service, code = asked["ServiceCode"], asked["QuotaCode"]
    if code not in quotas.DEFAULTS.get(service, {}):
        raise NoSuchResource
    name, default = quotas.DEFAULTS[service][code]
    value = default if is_default else quotas.quota(code)
    quota = {"ServiceCode": service, "QuotaCode": code, "QuotaName": name, "Value": value}
    return json.dumps({"Quota": {**quota, "Adjustable": True, "GlobalQuota": False}})
