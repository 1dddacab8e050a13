"""What parliament, the linter of IAM policies, says of the policies that check.py has written.

    lint.py FOLDER      the folder policies/ that check.py has written

It needs parliament of PyPI. Exits with 0 when it says nothing beside what is accepted below, each for its reason.
"""

import pathlib
import sys

import parliament

# A finding: its kind, and what its details have to mention. Then the reason.
ACCEPTED = {
    ("UNKNOWN_ACTION", "lambda:GetFunctionScalingConfig"): "younger than parliament's data; cfn-lint knows it",
    ("RESOURCE_MISMATCH", "kms:CreateAlias"): "it takes a permission for the key and one for the alias: two statements",
    ("RESOURCE_STAR", "kms:TagResource"): "a key that is being made has no ARN yet; conditions on the tags bound it",
    ("RESOURCE_STAR", "cloudwatch:DescribeAlarms"): "as in AWSCodeDeployRoleForLambda, which this only bounds",
    ("INVALID_ARN", "account:id"): "the transform of SAM belongs to the account named aws",
    ("MISMATCHED_TYPE_BUT_USABLE", "StringEquals"): "IAM documents iam:PermissionsBoundary with StringEquals",
}


def main(folder):
    unseen = set(ACCEPTED)
    problems, policies = [], sorted(folder.glob("*.json"))
    for path in policies:
        for finding in parliament.analyze_policy_string(path.read_text()).findings:
            finding = parliament.enhance_finding(finding)
            text = f"{finding.title} {finding.description} {finding.detail} {finding.location.get('string', '')}"
            accepted = {key for key in ACCEPTED if key[0] == finding.issue and key[1] in text}
            unseen -= accepted
            if not accepted:
                problems.append(f"{path.name}: {finding.issue}: {text} {finding.location}")
    problems += [f"accepted, but not found any more: {key}" for key in sorted(unseen)]
    if not policies:
        problems.append(f"{folder} has no policies")
    if problems:
        sys.exit("\n".join(problems))
    print(f"parliament: nothing in {len(policies)} policies beside {len(ACCEPTED)} kinds that are accepted")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
