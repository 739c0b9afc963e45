//! Answers Apple's two kinds of message: check-in and the command loop, at one address or at two.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use devices_app::checkin::Enrolled;
use devices_app::commands::{Unreadable, close_unreadable};
use devices_app::enrolment::{CheckInReply, Sender};
use domain::Timestamp;
use platform_port::{Answer, Speaker, Stage};
use protocol_apple::checkin::{Endpoint, Message as Said};
use protocol_apple::errors::DecodeError;
use protocol_apple::replies::Refusal;
use protocol_apple::{checkin, connect, replies};

use crate::identity::{Signer, signer_of};
use crate::message::Message;
use crate::{Gate, reply};

const CHECK_IN_TYPE: &str = "application/x-apple-aspen-mdm-checkin";
const PLIST: &str = "application/xml";
const JSON: &str = "application/json";

/// Answers both kinds at one address: the content type tells them apart, and where it does not, the message does.
pub(crate) async fn either(state: State<Gate>, message: Message) -> Response {
    let says_check_in = message
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(|value| value.trim_start().starts_with(CHECK_IN_TYPE));
    match says_check_in {
        Some(true) => check_in(state, message).await,
        _ => match connect::decode(&message.raw, state.options.body_limit) {
            Ok(report) => take_report(&state, message, platform_apple::answer(report)).await,
            Err(why) => match connect::command_of_unreadable(&message.raw, state.options.body_limit) {
                Some(command) => take_unreadable(&state, message, command, why).await,
                None => check_in(state, message).await,
            },
        },
    }
}

/// Answers a check-in: Authenticate, TokenUpdate, CheckOut and the tokens of a Mac.
pub(crate) async fn check_in(State(gate): State<Gate>, message: Message) -> Response {
    let raw = &message.raw;
    let decoded = match checkin::decode(raw, gate.options.body_limit) {
        Ok(decoded) => decoded,
        Err(why) => return reply::bad_request(raw, &why),
    };
    let signer = match admitted(&gate, &message) {
        Ok(signer) => signer,
        Err(response) => return response,
    };
    if let Err(error) = adopt_if_new(&gate, &signer.certificate).await {
        return reply::failed(&error);
    }
    if !decoded.skipped.is_empty() {
        tracing::warn!(skipped = %decoded.skipped, "a check-in was read in part");
    }
    let sender = Sender { proof: signer.proof(), certificate: signer.certificate };
    match devices_app::enrolment::check_in(&gate.app, sender, platform_apple::check_in(&decoded), raw.clone())
        .await
    {
        Ok(CheckInReply::Done) => {
            message.is_believed();
            reply::empty()
        }
        Ok(CheckInReply::Given(token)) => {
            message.is_believed();
            reply::body(PLIST, replies::bootstrap_token(token.as_ref()))
        }
        Ok(CheckInReply::Refused(why)) => reply::refused(&why),
        Ok(CheckInReply::Known) => {
            if matches!(decoded.message, Said::DeclarativeManagement { .. }) {
                message.is_believed();
            }
            other(&decoded.message, gate.app.world().now())
        }
        Err(error) => reply::failed(&error),
    }
}

/// Answers the requests of a device under management that need no use case.
fn other(message: &Said, now: Timestamp) -> Response {
    match message {
        // Nothing is configured for users of network accounts, so their channel is declined.
        Said::UserAuthenticate { .. } => StatusCode::GONE.into_response(),
        // A device that another server set up for declarative management is told that there are no declarations.
        Said::DeclarativeManagement { endpoint: Endpoint::Tokens, .. } => {
            reply::body(JSON, replies::no_declarations_token(now))
        }
        Said::DeclarativeManagement { endpoint: Endpoint::DeclarationItems, .. } => {
            reply::body(JSON, replies::no_declarations())
        }
        Said::DeclarativeManagement { endpoint: Endpoint::Status, .. } => reply::empty(),
        // The vendor's page on GetToken asks for 400 where a server does not issue that kind of token.
        Said::GetToken(_) => StatusCode::BAD_REQUEST.into_response(),
        other => {
            tracing::info!(kind = other.message_type(), "a check-in of a kind that is not served");
            StatusCode::NOT_FOUND.into_response()
        }
    }
}

/// Returns the signer of a message, if the rate limit admits it now.
fn admitted(gate: &Gate, message: &Message) -> Result<Signer, Response> {
    let raw = &message.raw;
    let signer = signer_of(&message.headers, raw, &gate.options, &gate.keys)
        .map_err(|why| reply::bad_request(raw, &why))?;
    gate.rates.admit(&signer, gate.app.world().now()).map_err(reply::too_many)?;
    Ok(signer)
}

/// Adopts a certificate that is bound to no enrolment, in case it is a renewal at its first use.
async fn adopt_if_new(gate: &Gate, certificate: &str) -> Result<(), kernel::AppError> {
    if gate.contacts.look_up(certificate.to_owned()).await?.is_none() {
        devices_app::scep::adopt_renewal(&gate.app, certificate.to_owned()).await?;
    }
    Ok(())
}

/// Answers the command loop at an address of its own.
pub(crate) async fn connect(State(gate): State<Gate>, message: Message) -> Response {
    match connect::decode(&message.raw, gate.options.body_limit) {
        Ok(report) => take_report(&gate, message, platform_apple::answer(report)).await,
        Err(why) => match connect::command_of_unreadable(&message.raw, gate.options.body_limit) {
            Some(command) => take_unreadable(&gate, message, command, why).await,
            None => reply::bad_request(&message.raw, &why),
        },
    }
}

/// Handles an answer of which only the id of its command can be read: closes that command, so that the next ones can be sent.
async fn take_unreadable(gate: &Gate, message: Message, command: String, why: DecodeError) -> Response {
    let raw = &message.raw;
    let certificate = match admitted(gate, &message) {
        Ok(signer) => signer.certificate,
        Err(response) => return response,
    };
    if let Err(error) = adopt_if_new(gate, &certificate).await {
        return reply::failed(&error);
    }
    match gate.contacts.look_up(certificate.clone()).await {
        Ok(Some(_)) => {}
        Ok(None) => return reply::bad_request(raw, &why),
        Err(error) => return reply::failed(&error),
    }
    let answer = Unreadable { certificate, command, why: why.to_string(), raw: raw.clone() };
    match close_unreadable(&gate.app, answer).await {
        Ok(Ok(next)) => {
            message.is_believed();
            next_command(Ok(next))
        }
        Ok(Err(why)) => reply::refused(&why),
        Err(error) => reply::failed(&error),
    }
}

async fn take_report(gate: &Gate, message: Message, answer: Answer) -> Response {
    let signer = match admitted(gate, &message) {
        Ok(signer) => signer,
        Err(response) => return response,
    };
    let answers = answer.stage != Stage::Idle;
    // An answer is identified in the transaction that stores it. Anybody can sign with an unknown certificate, so a certificate
    // that has not been seen at work here is checked on a read connection first: unknown callers must not occupy the write queue.
    if !(answers && gate.keys.was_at_work(&signer)) {
        let from = match identify(gate, &signer, &answer.speaker).await {
            Ok(from) => from,
            Err(response) => return response,
        };
        gate.keys.note_at_work(&signer);
        message.is_believed();
        if !answers {
            let next =
                if from.pending { devices_app::commands::hand_over(&gate.app, from).await } else { Ok(None) };
            return next_command(next);
        }
    }
    match devices_app::commands::take_answer(&gate.app, signer.certificate, answer, message.raw.clone()).await
    {
        Ok(Ok(next)) => {
            message.is_believed();
            next_command(Ok(next))
        }
        Ok(Err(why)) => reply::refused(&why),
        Err(error) => reply::failed(&error),
    }
}

fn next_command(next: Result<Option<Vec<u8>>, kernel::AppError>) -> Response {
    match next {
        Ok(Some(command)) => reply::body(PLIST, command),
        Ok(None) => reply::empty(),
        Err(error) => reply::failed(&error),
    }
}

async fn identify(gate: &Gate, signer: &Signer, speaker: &Speaker) -> Result<Enrolled, Response> {
    let certificate = signer.certificate.clone();
    let mut hot = gate.contacts.look_up(certificate.clone()).await.map_err(|error| reply::failed(&error))?;
    if hot.is_none() {
        let adopted = devices_app::scep::adopt_renewal(&gate.app, certificate.clone())
            .await
            .map_err(|error| reply::failed(&error))?;
        if adopted {
            hot = gate.contacts.look_up(certificate.clone()).await.map_err(|error| reply::failed(&error))?;
        }
    }
    let device = devices_app::checkin::identify(&gate.app, hot.as_ref(), speaker)
        .map_err(|why| reply::refused(&why))?;
    // Every session begins with Idle, which passes here. So this check is as good as one of each message, and costs nothing while
    // the device signs as it did before.
    if let (Some(hot), Some(sha1)) = (&hot, signer.sha1)
        && hot.signs_sha1 != sha1
    {
        devices_app::checkin::note_signs_sha1(&gate.app, &device, sha1)
            .await
            .map_err(|error| reply::failed(&error))?;
    }
    match devices_app::checkin::speaker(&gate.app, device, certificate, speaker.clone()).await {
        Ok(Ok(speaker)) => Ok(speaker),
        Ok(Err(why)) => Err(reply::refused(&why)),
        Err(error) => Err(reply::failed(&error)),
    }
}

/// Refuses account-driven enrolment of personal devices (UPD-7.1), in the words that a device shows.
pub(crate) async fn no_personal_enrolment() -> Response {
    let headers = [(header::CONTENT_TYPE, JSON)];
    (StatusCode::FORBIDDEN, headers, Refusal::NoPersonalEnrolment.body()).into_response()
}
