//! Devices that cannot show a page: they show a code, which a person enters somewhere else.

use actix_web::HttpResponse;

use super::code::Redeemed;
use super::device_flow::{Decision, DeviceError, DeviceFlow, INTERVAL, LIFETIME};
use super::error::AuthorizationError;
use super::forms;
use super::grant::Grant;
use super::kept::Form;
use super::prompt::Prompt;
use super::request::AuthorizationRequest;
use super::return_to::ReturnTo;
use super::rules::SignInRules;
use super::{pages, read};
use crate::client_request::Parameters;
use crate::clients::Client;
use crate::provider::{Call, Provider};
use crate::random;

pub(super) const PAGE_PATH: &str = "/activate";
/// How long a device code is remembered after it has expired, so that the device is told, in seconds.
const REMEMBERED: i64 = 10 * 60;
const CODE_LETTERS: usize = 43;

/// What a device is told at first.
#[derive(serde::Serialize)]
pub(crate) struct DeviceStarted {
    device_code: String,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: String,
    expires_in: i64,
    interval: i64,
}

/// Begins to wait for a person, for an authenticated client.
pub(crate) fn start_device(
    call: &Call<'_>,
    rules: &dyn SignInRules,
    parameters: &Parameters,
    client: &Client,
) -> Result<DeviceStarted, AuthorizationError> {
    let failed = |_| AuthorizationError::new("server_error", "the random generator failed");
    let target = rules.target(call.provider, parameters, false)?;
    let device_code = random::alphanumeric(CODE_LETTERS).map_err(failed)?;
    let user_code = random::user_code().map_err(failed)?;
    let request = AuthorizationRequest {
        return_to: ReturnTo::Device(device_code.clone()),
        client_id: client.id.clone(),
        client_name: client.name.clone(),
        challenge: None,
        scope: parameters.get("scope").map(str::to_owned),
        nonce: None,
        login_hint: None,
        subject: None,
        prompt: Prompt::for_device(),
        target,
    };
    let now = call.provider.clock.now();
    let expires_at = now.saturating_add(LIFETIME);
    let flow = DeviceFlow {
        user_code: user_code.clone(),
        request,
        expires_at,
        asked_at: None,
        decision: Decision::None,
    };
    let devices = &call.provider.sign_ins.devices;
    devices.put_as(&device_code, flow, expires_at.saturating_add(REMEMBERED));
    let page = format!("{}{PAGE_PATH}", call.base_url());
    Ok(DeviceStarted {
        device_code,
        verification_uri_complete: format!("{page}?user_code={user_code}"),
        verification_uri: page,
        user_code,
        expires_in: LIFETIME,
        interval: INTERVAL,
    })
}

/// Gives a device its grant, once.
pub(super) fn redeem_device(
    provider: &Provider,
    device_code: &str,
    client_id: &str,
    session_lifetime: i64,
) -> Result<Redeemed, DeviceError> {
    let now = provider.clock.now();
    let devices = &provider.sign_ins.devices;
    let told = devices.change(device_code, now, |flow| flow.ask(client_id, now));
    let told = told.unwrap_or(Err(DeviceError::Unknown));
    if let Ok(_) | Err(DeviceError::Denied | DeviceError::Expired) = &told {
        let is_first = devices.take(device_code, now).is_some();
        if !is_first {
            return Err(DeviceError::Unknown);
        }
    }
    let grant = told?;
    let session = grant.session(now, session_lifetime);
    Ok(Redeemed {
        session: session.map_err(|_| DeviceError::Random)?,
        grant,
        code: None,
    })
}

/// The page on which a person enters the code.
pub(super) fn page(call: &Call<'_>) -> HttpResponse {
    let parameters = read::parameters(call).unwrap_or_default();
    let user_code = parameters.get("user_code").unwrap_or_default();
    match forms::open(call, Form::Device) {
        Ok(form) => pages::device(&form, user_code),
        Err(error) => pages::failed(&error),
    }
}

/// What the device with this code asks for, however the person wrote it.
pub(super) fn request_of(provider: &Provider, user_code: &str) -> Option<AuthorizationRequest> {
    let letters = user_code.chars().filter(char::is_ascii_alphabetic);
    let letters: String = letters.map(|letter| letter.to_ascii_uppercase()).collect();
    let (start, end) = letters.split_at_checked(4)?;
    let written = format!("{start}-{end}");
    let now = provider.clock.now();
    let devices = &provider.sign_ins.devices;
    let id = devices.find(now, |flow| flow.waits_for(&written, now))?;
    Some(devices.get(&id, now)?.request)
}

/// What a person decided: what the device gets, or nothing.
pub(super) fn decide(provider: &Provider, device_code: &str, grant: Option<Grant>) {
    let decision = grant.map_or(Decision::Denied, |grant| Decision::Allowed(Box::new(grant)));
    let devices = &provider.sign_ins.devices;
    devices.change(device_code, provider.clock.now(), |flow| {
        flow.decision = decision;
    });
}
