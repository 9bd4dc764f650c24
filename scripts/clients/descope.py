"""Descope's SDK (descope) signs people in at the local issuer, manages them, and its tokens open descope-api."""

import logging
import secrets

import httpx
import jwt
from descope import AssociatedTenant, AuthException, DeliveryMethod, DescopeClient
from flows import address, equal, flow, refused, run

ISSUER = address("LOCAL_ISSUER_DESCOPE")
API = address("DESCOPE_API")
PROJECT = "P2LocalIssuerDevelopment0000"


# It warns that a wrong management key is refused, which a flow expects.
logging.getLogger("descope").setLevel(logging.ERROR)


def client_with(management_key):
    return DescopeClient(PROJECT, management_key=management_key, base_url=ISSUER)


client = client_with("local-management-key")
users, keys, tenants = client.mgmt.user, client.mgmt.access_key, client.mgmt.tenant


def unique(name):
    return f"{name}-{secrets.token_hex(6)}"


def code(error):
    """Returns Descope's error code, which the SDK leaves in the text of the response."""
    return error.error_message.partition('"errorCode":"')[2].partition('"')[0]


def status(path, token):
    return httpx.get(API + path, headers={"Authorization": f"Bearer {token}"}, timeout=30).status_code


def session_of(login_id, claims=None):
    return client.magiclink.verify(users.generate_embedded_link(login_id, claims))


@flow("a wrong password, a forged token and a wrong management key are refused")
def refusals():
    refused(AuthException, client.password.sign_in, "ada@example.com", "wrong")
    refused(AuthException, client.password.sign_in, "nobody@example.org", "local-admin-secret")
    token = client.password.sign_in("ada@example.com", "local-admin-secret")["refreshSessionToken"]["jwt"]
    forged = token[:-8] + "AAAAAAAA"
    # The SDK verifies the token itself before it sends it, except here.
    refused(jwt.InvalidSignatureError, client.refresh_session, forged)
    equal(code(refused(AuthException, client.me, forged)), "E061005")
    session = client.refresh_session(token)["sessionToken"]["jwt"]
    # A session token continues no session.
    equal(code(refused(AuthException, client.me, session)), "E061005")
    stranger = client_with("another key")
    equal(code(refused(AuthException, stranger.mgmt.user.search_all)), "E061005")
    equal(code(refused(AuthException, users.load, unique("nobody"))), "E112102")


@flow("a persona signs in, refreshes, reads its profile and opens descope-api, until it signs out")
def persona():
    signed_in = client.password.sign_in("ada@example.com", "local-admin-secret")
    refresh_token = signed_in["refreshSessionToken"]["jwt"]
    equal(signed_in["user"]["email"], "ada@example.com")
    refreshed = client.refresh_session(refresh_token)
    equal(refreshed["refreshSessionToken"]["jwt"], refresh_token)
    session = client.validate_session(refreshed["sessionToken"]["jwt"])
    equal((session["projectId"], session["userId"]), (PROJECT, signed_in["userId"]))
    equal(client.validate_roles(session, ["admin"]), True)
    equal(client.validate_permissions(session, ["users.create", "nothing"]), False)
    equal(client.me(refresh_token)["name"], "Ada Admin")
    equal(status("/api/admin/users", session["jwt"]), 200)
    client.logout(refresh_token)
    equal(code(refused(AuthException, client.me, refresh_token)), "E064001")
    equal(code(refused(AuthException, client.refresh_session, refresh_token)), "E064001")


@flow("a created user has a session with its roles, permissions and tenants, until it is deleted")
def created_user():
    tenant = tenants.create(unique("Tenant"))["id"]
    login_id, role, permission = unique("user"), unique("auditor"), unique("reports.read")
    client.mgmt.permission.create(permission)
    client.mgmt.role.create(role, permission_names=[permission])
    created = users.create(login_id, email=f"{login_id}@example.com", user_tenants=[AssociatedTenant(tenant, [role])])
    equal(created["user"]["loginIds"], [login_id])
    equal(code(refused(AuthException, users.create, login_id)), "E062107")
    refused(AuthException, users.add_roles, login_id, ["no such role"])

    session = session_of(login_id, {"department": "audit"})
    equal((session["userId"], session["firstSeen"]), (created["user"]["userId"], True))
    equal(client.validate_tenant_roles(session, tenant, [role]), True)
    equal(client.validate_tenant_permissions(session, tenant, [permission]), True)
    equal(session["sessionToken"]["department"], "audit")
    equal(status("/api/private", session["sessionToken"]["jwt"]), 200)
    equal(status("/api/admin/users", session["sessionToken"]["jwt"]), 403)

    refresh_token = session["refreshSessionToken"]["jwt"]
    chosen = client.select_tenant(tenant, refresh_token)
    equal(chosen["sessionToken"]["dct"], tenant)
    listed = client.my_tenants(chosen["refreshSessionToken"]["jwt"], dct=True)["tenants"]
    equal([listed[0]["id"], listed[0]["name"][:7]], [tenant, "Tenant-"])

    users.add_roles(login_id, ["admin"])
    promoted = client.refresh_session(refresh_token)["sessionToken"]["jwt"]
    equal(status("/api/admin/users", promoted), 200)
    users.remove_roles(login_id, ["admin"])
    demoted = client.refresh_session(refresh_token)["sessionToken"]["jwt"]
    equal(status("/api/admin/users", demoted), 403)

    users.delete(login_id)
    refused(AuthException, client.refresh_session, refresh_token)
    equal(code(refused(AuthException, users.generate_embedded_link, login_id)), "E112102")


@flow("a user signs in with a password that management set, and every session ends at once")
def passwords():
    login_id = unique("user")
    users.create(login_id)
    refused(AuthException, client.password.sign_in, login_id, "a long password")
    users.set_active_password(login_id, "a long password")
    tokens = [client.password.sign_in(login_id, "a long password")["refreshSessionToken"]["jwt"] for _ in range(2)]
    client.logout_all(tokens[0])
    for token in tokens:
        refused(AuthException, client.me, token)
    users.deactivate(login_id)
    refused(AuthException, client.password.sign_in, login_id, "a long password")
    users.activate(login_id)
    client.password.sign_in(login_id, "a long password")
    signed_up = client.password.sign_up(unique("user"), "another password", {"name": "New"})
    equal((signed_up["user"]["name"], signed_up["firstSeen"]), ("New", True))
    users.delete(login_id)


@flow("a test user signs in once with the link and once with the code that it would get")
def test_user():
    login_id = unique("test")
    users.create_test_user(login_id)
    made = users.generate_magic_link_for_test_user(DeliveryMethod.EMAIL, login_id, "https://app.example.com/in?x=1")
    token = httpx.URL(made["link"]).params["t"]
    equal(client.magiclink.verify(token)["user"]["loginIds"], [login_id])
    refused(AuthException, client.magiclink.verify, token)
    code_of = users.generate_otp_for_test_user(DeliveryMethod.EMAIL, login_id)["code"]
    equal(client.otp.verify_code(DeliveryMethod.EMAIL, login_id, code_of)["user"]["test"], True)
    equal(code(refused(AuthException, client.otp.verify_code, DeliveryMethod.EMAIL, login_id, code_of)), "E061102")
    users.delete_all_test_users()
    refused(AuthException, users.load, login_id)


@flow("a created access key is exchanged for a token that opens descope-api, until it is deactivated or deleted")
def access_key():
    made = keys.create(unique("key"), role_names=["admin"], custom_claims={"team": "red"})
    key, cleartext = made["key"]["id"], made["cleartext"]
    session = client.exchange_access_key(cleartext)
    equal((session["keyId"], session["sessionToken"]["team"]), (key, "red"))
    equal(client.validate_roles(session, ["admin"]), True)
    equal(status("/api/admin/users", session["sessionToken"]["jwt"]), 200)
    keys.deactivate(key)
    equal((keys.load(key)["key"]["status"]), "inactive")
    equal(code(refused(AuthException, client.exchange_access_key, cleartext)), "E062803")
    keys.activate(key)
    client.exchange_access_key(cleartext)
    rotated = keys.rotate(key)["cleartext"]
    refused(AuthException, client.exchange_access_key, cleartext)
    client.exchange_access_key(rotated)
    keys.delete(key)
    refused(AuthException, client.exchange_access_key, rotated)
    refused(AuthException, keys.load, key)


@flow("users, access keys and tenants are found, the personas among them")
def searches():
    found = users.search_all(role_names=["admin"])["users"]
    equal("ada@example.com" in [user["email"] for user in found], True)
    equal([user["email"] for user in users.search_all(emails=["vera@example.com"])["users"]], ["vera@example.com"])
    equal(len(users.search_all(limit=2, page=1)["users"]), 2)
    equal("session" in [key["name"] for key in keys.search_all_access_keys()["keys"]], True)
    acme = "T2LocalAcme00000000000000000"
    equal(tenants.load(acme)["id"], acme)
    equal(acme in [tenant["id"] for tenant in tenants.load_all()["tenants"]], True)
    equal([tenant["id"] for tenant in tenants.search_all(ids=[acme])["tenants"]], [acme])
    made = tenants.create(unique("Tenant"), custom_attributes={"plan": "free"})["id"]
    equal(tenants.load(made)["customAttributes"], {"plan": "free"})
    tenants.delete(made)
    refused(AuthException, tenants.load, made)


@flow("what the local issuer does not do says so in one sentence")
def not_yet():
    for call in [
        lambda: client.otp.sign_in(DeliveryMethod.EMAIL, "ada@example.com"),
        lambda: client.mgmt.flow.list_flows(),
        lambda: users.invite(unique("user"), send_mail=True),
    ]:
        error = refused(AuthException, call)
        equal("This local issuer does not do " in error.error_message, True)


run("descope")
