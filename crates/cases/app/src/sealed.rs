//! Decides what an actor may know of a sealed case without opening it: nothing, that it exists, or its type too.
//!
//! The content is read for a reason ([`overview_app::sensitive::read_sealed_case`]). All access to cases goes through
//! here: lists and figures by [`sight`], reading one by [`known_case`], working on one by [`case_to_work_on`].

use domain::{CaseId, Force};
use store::cases::{self, Case, Sight};
use store::{Tx, people};

use kernel::access::{Action, Actor, Permit, Relation, SeeSealed, SeeSealedListed};
use kernel::{App, AppError, access};

/// The title of a sealed case where its type may not be known.
pub(crate) const A_SEALED_CASE: &str = "Sealed case";

/// The part of a case that an actor sees without opening it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// The actor may not know of it.
    Nothing,
    /// Only its existence.
    Exists,
    /// Its type too.
    Type,
    /// All of it: it is not sealed.
    Whole,
}

/// Returns whether the force's rules seal the content of cases of this type.
pub fn is_sealed(app: &App, kind: &str) -> bool {
    app.policy().library().cases.get(kind).is_some_and(|kind| kind.sealed)
}

/// Returns what an actor sees of a case.
pub(crate) fn seen(app: &App, tx: &mut Tx<'_>, actor: &Actor, case: &Case) -> Result<Seen, AppError> {
    if !is_sealed(app, &case.kind) {
        return Ok(Seen::Whole);
    }
    let about = case.person.map(|person| people::by_id(tx, person)).transpose()?.flatten();
    let knows = access::may_held::<SeeSealedListed>(actor, case.force, about.as_ref());
    let opens = access::may_held::<SeeSealed>(actor, case.force, about.as_ref());
    Ok(match (knows, opens) {
        (false, _) => Seen::Nothing,
        (true, false) => Seen::Exists,
        (true, true) => Seen::Type,
    })
}

/// Returns what an actor may see of sealed cases, for the WHERE of a list or a figure.
pub fn sight(app: &App, actor: &Actor) -> Sight {
    let policy = app.policy();
    let sealed = policy.library().cases.iter().filter(|(_, kind)| kind.sealed);
    let served = policy.forces().words();
    let own_too = served.iter().all(|force| covers::<SeeSealedListed>(actor, *force, Relation::Own));
    Sight {
        sealed: sealed.map(|(name, _)| name.clone()).collect(),
        known_in: forces::<SeeSealedListed>(actor, &served),
        typed_in: forces::<SeeSealed>(actor, &served),
        not_about: actor.person.filter(|_| !own_too),
    }
}

/// Looks up a case that the actor may know of.
///
/// # Errors
/// [`AppError::NotFound`] also where it is sealed and they may not know of it.
pub fn known_case(app: &App, tx: &mut Tx<'_>, actor: &Actor, id: CaseId) -> Result<Case, AppError> {
    let case = cases::by_id(tx, id)?.ok_or_else(|| AppError::not_found("case", id))?;
    match seen(app, tx, actor, &case)? {
        Seen::Nothing => Err(AppError::not_found("case", id)),
        Seen::Exists | Seen::Type | Seen::Whole => Ok(case),
    }
}

/// Looks up a case whose content the actor may read without a reason: one that is not sealed to them.
///
/// # Errors
/// As [`known_case`]; [`AppError::Conflict`] for a sealed one, which is read on its own page.
pub fn readable_case(app: &App, tx: &mut Tx<'_>, actor: &Actor, id: CaseId) -> Result<Case, AppError> {
    let case = known_case(app, tx, actor, id)?;
    match seen(app, tx, actor, &case)? {
        Seen::Whole => Ok(case),
        Seen::Nothing | Seen::Exists | Seen::Type => {
            Err(AppError::Conflict("this case is sealed; read it on its own page, with a reason".into()))
        }
    }
}

/// Looks up a case that a page mentions; `None` where the actor may not know of it.
pub fn mentioned_case(
    app: &App,
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: Option<CaseId>,
) -> Result<Option<Case>, AppError> {
    match id.map(|id| known_case(app, tx, actor, id)) {
        Some(Ok(case)) => Ok(Some(case)),
        Some(Err(AppError::NotFound { .. })) | None => Ok(None),
        Some(Err(error)) => Err(error),
    }
}

/// Looks up a case for an actor who is to work on it. Nobody works on a case that they may not read.
///
/// # Errors
/// As [`known_case`]; [`AppError::Denied`] for another force, and for an actor who knows of a sealed case and may not
/// open it.
pub(crate) fn case_to_work_on<A: Action>(
    app: &App,
    tx: &mut Tx<'_>,
    permit: &Permit<A>,
    id: CaseId,
) -> Result<Case, AppError> {
    let case = known_case(app, tx, permit.actor(), id)?;
    permit.reaches(case.force)?;
    if seen(app, tx, permit.actor(), &case)? == Seen::Exists {
        let about = case.person.map(|person| people::by_id(tx, person)).transpose()?.flatten();
        access::permit_within::<SeeSealed>(permit.actor())?.reaches_held(case.force, about.as_ref())?;
    }
    Ok(case)
}

fn covers<A: Action>(actor: &Actor, force: Force, relation: Relation) -> bool {
    access::permit_within::<A>(actor).is_ok_and(|permit| permit.covers(force, relation))
}

/// Lists the forces in which the actor may do `A` to anything that is not their own.
fn forces<A: Action>(actor: &Actor, served: &[Force]) -> Vec<Force> {
    let all = |force: &Force| {
        [Relation::None, Relation::Manages].iter().all(|relation| covers::<A>(actor, *force, *relation))
    };
    served.iter().copied().filter(all).collect()
}
