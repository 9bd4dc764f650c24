"""moto's Cognito: a user pool, a user in a group, and the tokens of a sign-in. It has no token endpoint."""

import boto3
from moto.server import ThreadedMotoServer
from offer import BASE, PORT, offer

REGION = "eu-west-1"


def rows():
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    cognito = boto3.client("cognito-idp", REGION, endpoint_url=BASE, **keys)
    pool = cognito.create_user_pool(PoolName="pool")["UserPool"]["Id"]
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="web", ExplicitAuthFlows=flows)
    client = client["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(UserPoolId=pool, Username="ada", TemporaryPassword="Temporary-1", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username="ada", Password="Permanent-1", Permanent=True)
    cognito.create_group(UserPoolId=pool, GroupName="editors")
    cognito.admin_add_user_to_group(UserPoolId=pool, Username="ada", GroupName="editors")
    given = {"USERNAME": "ada", "PASSWORD": "Permanent-1"}
    signed_in = cognito.admin_initiate_auth(
        UserPoolId=pool, ClientId=client, AuthFlow="ADMIN_USER_PASSWORD_AUTH", AuthParameters=given
    )
    tokens = signed_in["AuthenticationResult"]
    settings = {
        # The issuer's name is Cognito's own, so the address of the keys is not the one that belongs to it.
        "ISSUER": f"https://cognito-idp.{REGION}.amazonaws.com/{pool}",
        "JWKS_URL": f"{BASE}/{pool}/.well-known/jwks.json",
        "NO_AUDIENCE": "true",
        "CLIENTS": client,
        "SCOPES_CLAIM": "scope",
        "ROLES_CLAIM": "cognito:groups",
    }
    access, id_token = tokens["AccessToken"], tokens["IdToken"]
    by_audience = {name: value for name, value in settings.items() if name not in ("NO_AUDIENCE", "CLIENTS")}
    return [
        ("access token of another client", settings | {"CLIENTS": "another"}, access, "/billing/me", 401),
        ("ID token", settings, id_token, "/billing/me", 401),
        ("ID token, with its audience accepted", by_audience | {"AUDIENCE": client}, id_token, "/billing/me", 401),
        ("access token", settings, access, "/billing/me", 200),
        ("access token, without billing's scope", settings, access, "/billing/", 403),
    ]


offer("moto", ThreadedMotoServer(ip_address="127.0.0.1", port=PORT).start, rows)
