"""Random rules files: few settings, in the forms that people write them in."""
import os

from settings import SCOPED_MODES, SEVERITY, TOLERANT
from tables import CLASSES

AMOUNTS = ["0.00001", "0.01", "0.00999", "1", "0.001%", "1%", "100%", "0.01+0.001%", "0.00002+5%", "0"]
# Severities are met most where they decide something.
LIKELY = ["regime.limit_annual", "regime.limit_single", "waybill.missing", "reference.code", "goods.code", "amount.lines_differ",
          "amount.freight", "enterprise.unregistered", "regime.positive_list", "party.consignee"]


def tolerance(rng, name):
    fields = TOLERANT[name]
    if fields and rng.random() < 0.5:
        some = rng.sample(fields, rng.randint(1, len(fields)))
        return "{" + ", ".join(f"{field}: {rng.choice(AMOUNTS)}" for field in some) + "}"
    return rng.choice(AMOUNTS)


def finding(rng, name, indent):
    """What a file says of one finding, in block or flow style."""
    said = []
    if rng.random() < 0.7:
        said.append(f"severity: {rng.choice('RPVW')}")
    if rng.random() < 0.4:
        said.append(f"enabled: {rng.choice(['true', 'false'])}")
    if name in TOLERANT and rng.random() < 0.7:
        said.append(f"tolerance: {tolerance(rng, name)}")
    if not said:
        said = ["severity: W"]
    if rng.random() < 0.4:
        return [f"{indent}{name}: {{{', '.join(said)}}}"]
    return [f"{indent}{name}:"] + [f"{indent}  {line}" for line in said]


def some_findings(rng):
    return rng.sample(sorted(SEVERITY), rng.choice([0, 1, 2, 4])) + rng.sample(LIKELY, rng.choice([1, 1, 2]))


def rules_file(rng):
    lines = ["# Rules of this case."]
    if rng.random() < 0.3:
        lines.append(f"windowDays: {rng.choice([0, 1, 5, 30, 60])}  # days")
    if rng.random() < 0.3:
        lines.append("limits:")
        for name, amounts in (("single", ["5000", "0", "4999.99999", "26000"]), ("annual", ["26000", "25999.99999", "10000"]),
                              ("simplified", ["5000", "5000.00001", "100"])):
            if rng.random() < 0.6:
                lines.append(f"  {name}: {rng.choice(amounts)}")
        if lines[-1] == "limits:":
            lines.pop()
    if rng.random() < 0.6:
        lines.append("inspection:")
        shares = ["0%", "50%", "50%", "100%", "100%", "12.5%", "0.0000001%"]
        rates = [f"{name}: {rng.choice(shares)}" for name in CLASSES if rng.random() < 0.6]
        lines.append(f"  rates: {{{', '.join(rates)}}}")
        if rng.random() < 0.6:
            lines.append(f"  otherRate: {rng.choice(shares)}")
    if rng.random() < 0.8:
        lines.append("findings:")
        for name in dict.fromkeys(some_findings(rng)):
            lines += finding(rng, name, "  ")
    if rng.random() < 0.4:
        lines.append("scopes:")
        scopes = ["export", "import"] + [f"{d}.{mode}" for d in ("export", "import") for mode in sorted(SCOPED_MODES) + ["other"]]
        for scope in rng.sample(scopes[:2] * 3 + ["export.9610", "import.9610"] * 3 + scopes[2:], 3):
            if f"  {scope}:" not in lines:
                lines.append(f"  {scope}:")
                for name in dict.fromkeys(some_findings(rng)):
                    lines += finding(rng, name, "    ")
    return "\n".join(lines) + "\n"


def write(folder, rng):
    """Perhaps a rules file, perhaps a key; the arguments that name them."""
    settings = []
    if rng.random() < 0.25:
        with open(os.path.join(folder, "rules.yaml"), "w", encoding="utf-8") as file:
            file.write(rules_file(rng))
        settings += ["--rules", "./rules.yaml"]
        if rng.random() < 0.7:
            with open(os.path.join(folder, "inspection.key"), "wb") as file:
                file.write(bytes(rng.randrange(256) for _ in range(rng.choice([16, 32, 64, 65, 200]))))
            settings += ["--inspection-key", "./inspection.key"]
    return settings
