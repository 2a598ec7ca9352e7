//! Who may do what with a recording: the table of the configuration.

use std::collections::BTreeSet;

use anyhow::bail;
use housecall_core::{Role, Roles, UserId};

use crate::config::{RecordingPolicy, comma_list};

/// What somebody has to do with a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Relation {
    /// They run the place.
    Admin,
    /// They recorded it.
    Recorder,
    /// They treated somebody in the call.
    Provider,
    /// They were treated in it.
    Patient,
    /// They were in it, in whatever part.
    Participant,
}

/// What can be done with a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Know that it is there, and ask for more.
    Learn,
    Watch,
    Download,
    Delete,
    /// Keep it beyond its time, and let it go again.
    Hold,
}

/// Everything somebody has to do with one recording.
pub(crate) type Relations = BTreeSet<Relation>;

/// The table.
pub(crate) struct Policy {
    learn: Relations,
    watch: Relations,
    download: Relations,
    delete: Relations,
    hold: Relations,
}

/// Those a recording belongs to.
pub(crate) struct Belongs<'a> {
    pub(crate) recorder: Option<&'a UserId>,
    pub(crate) provider: Option<&'a UserId>,
    pub(crate) patient: Option<&'a UserId>,
    pub(crate) people: &'a [UserId],
}

impl Relation {
    const ALL: [(Relation, &str); 5] = [
        (Relation::Admin, "admin"),
        (Relation::Recorder, "recorder"),
        (Relation::Provider, "provider"),
        (Relation::Patient, "patient"),
        (Relation::Participant, "participant"),
    ];

    pub(crate) fn as_str(self) -> &'static str {
        let named = Self::ALL.iter().find(|(it, _)| *it == self);
        named.map(|(_, word)| *word).expect("every relation has a word")
    }
}

impl Action {
    /// The word for it in the journal.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Action::Learn => "learn",
            Action::Watch => "watch",
            Action::Download => "download",
            Action::Delete => "delete",
            Action::Hold => "hold",
        }
    }
}

impl Policy {
    /// Reads the table; the error names the setting.
    pub(crate) fn read(written: &RecordingPolicy) -> anyhow::Result<Self> {
        Ok(Self {
            learn: relations("learn", &written.learn)?,
            watch: relations("watch", &written.watch)?,
            download: relations("download", &written.download)?,
            delete: relations("delete", &written.delete)?,
            hold: relations("hold", &written.hold)?,
        })
    }

    /// Whether somebody who is all this to a recording may do `what` with it.
    /// Who may do anything with one may learn of it.
    pub(crate) fn may(&self, what: Action, who: &Relations) -> bool {
        let any = |those: &Relations| !those.is_disjoint(who);
        match what {
            Action::Learn => [&self.learn, &self.watch, &self.download, &self.delete, &self.hold]
                .into_iter()
                .any(any),
            Action::Watch => any(&self.watch),
            Action::Download => any(&self.download),
            Action::Delete => any(&self.delete),
            Action::Hold => any(&self.hold),
        }
    }

    /// Everybody who may learn of a recording.
    pub(crate) fn learners(&self) -> Relations {
        let all = Relation::ALL.iter().map(|(it, _)| *it);
        all.filter(|it| self.may(Action::Learn, &Relations::from([*it]))).collect()
    }

    /// Those who may watch, in words people are told before they agree.
    pub(crate) fn watchers(&self) -> Vec<&'static str> {
        self.watch.iter().map(|it| it.as_str()).collect()
    }
}

/// In which roles people may record. Whether they are in the call is a rule of
/// the room.
pub(crate) fn recorders(written: &RecordingPolicy) -> anyhow::Result<Roles> {
    let roles = relations("start", &written.start)?.into_iter().flat_map(|it| match it {
        Relation::Admin => &[Role::Admin][..],
        Relation::Provider => &[Role::Provider],
        Relation::Patient => &[Role::Patient],
        Relation::Participant => &Role::ALL,
        // Nobody has recorded it before it begins.
        Relation::Recorder => &[],
    });
    Ok(roles.fold(Roles::NONE, |roles, role| roles.with(*role)))
}

fn relations(key: &str, words: &str) -> anyhow::Result<Relations> {
    let mut found = Relations::new();
    for word in comma_list(words) {
        let Some((relation, _)) = Relation::ALL.iter().find(|(_, it)| *it == word) else {
            let known = Relation::ALL.map(|(_, it)| it).join(", ");
            bail!("recording_policy.{key} names nobody we know: {word}. Use {known}.");
        };
        found.insert(*relation);
    }
    Ok(found)
}

impl Belongs<'_> {
    /// What `user` has to do with it. Where several people meet nobody is named
    /// provider or patient: there all are who were in it as such.
    pub(crate) fn relations(&self, user: &UserId, role: Role) -> Relations {
        let was_there = self.people.contains(user) || self.recorder == Some(user);
        let was = |it: Role| was_there && role == it;
        let all = [
            (Relation::Admin, role == Role::Admin),
            (Relation::Recorder, self.recorder == Some(user)),
            (Relation::Provider, self.provider == Some(user) || was(Role::Provider)),
            (Relation::Patient, self.patient == Some(user) || was(Role::Patient)),
            (Relation::Participant, was_there),
        ];
        all.into_iter().filter(|(_, is)| *is).map(|(it, _)| it).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::config::Config;

    const ACTIONS: [Action; 5] =
        [Action::Learn, Action::Watch, Action::Download, Action::Delete, Action::Hold];

    fn written(pairs: &[(&str, &str)]) -> anyhow::Result<RecordingPolicy> {
        let pair = |(name, value): &(&str, &str)| {
            (format!("HOUSECALL_RECORDING_POLICY__{name}"), (*value).to_owned())
        };
        let config = Config::load(None, &HashMap::from_iter(pairs.iter().map(pair)))?;
        Ok(config.recording_policy)
    }

    fn policy(pairs: &[(&str, &str)]) -> Policy {
        Policy::read(&written(pairs).expect("a good table")).expect("it was read before")
    }

    /// Who may do what, as a table of words.
    fn table(policy: &Policy) -> Vec<String> {
        let line = |(relation, word): (Relation, &str)| {
            let may = |it: &Action| policy.may(*it, &Relations::from([relation]));
            let allowed = ACTIONS.into_iter().filter(may);
            format!("{word}: {}", allowed.map(|it| format!("{it:?} ")).collect::<String>())
        };
        Relation::ALL.into_iter().map(line).collect()
    }

    #[test]
    fn the_usual_table() {
        let usual = policy(&[]);
        assert_eq!(
            table(&usual),
            [
                "admin: Learn Watch Download Delete Hold ",
                "recorder: Learn Watch ",
                "provider: Learn Watch ",
                "patient: Learn ",
                "participant: ",
            ]
        );
        assert!(ACTIONS.iter().all(|it| !usual.may(*it, &Relations::new())), "a stranger");
        assert_eq!(usual.watchers(), ["admin", "recorder", "provider"]);
    }

    #[test]
    fn each_setting_is_about_its_own_action() {
        for (key, action) in [
            ("WATCH", Action::Watch),
            ("DOWNLOAD", Action::Download),
            ("DELETE", Action::Delete),
            ("HOLD", Action::Hold),
        ] {
            let own = policy(&[(key, "participant")]);
            let who = Relations::from([Relation::Participant]);
            let allowed: Vec<Action> =
                ACTIONS.into_iter().filter(|it| own.may(*it, &who)).collect();
            assert_eq!(allowed, [Action::Learn, action], "{key}");
            assert!(!own.may(action, &Relations::from([Relation::Patient])), "{key}");
        }
        let none = policy(&[("WATCH", ","), ("LEARN", "patient")]);
        assert_eq!(none.learners(), Relations::from([Relation::Admin, Relation::Patient]));
    }

    #[test]
    fn who_may_begin_is_a_matter_of_roles() {
        let may = |words: &str| {
            let roles = recorders(&written(&[("START", words)]).expect("a good table"));
            let roles = roles.expect("it was read before");
            Role::ALL.into_iter().filter(|it| roles.contain(*it)).collect::<Vec<_>>()
        };
        assert_eq!(may("provider, admin"), [Role::Provider, Role::Admin]);
        assert_eq!(may("patient"), [Role::Patient]);
        assert_eq!(may("participant"), Role::ALL);
        assert_eq!(may("recorder"), []);
    }

    #[test]
    fn a_mistake_is_told_by_its_setting() {
        let told = written(&[("WATCH", "admin, nurse")]).err().expect("a mistake").to_string();
        assert_eq!(
            told,
            "recording_policy.watch names nobody we know: nurse. Use admin, recorder, provider, \
             patient, participant."
        );
    }

    #[test]
    fn what_somebody_is_to_a_recording() {
        let id = |text: &str| text.parse::<UserId>().expect("an id");
        let (doc, pat, aid) = (id("doc"), id("pat"), id("aid"));
        let people = [doc.clone(), pat.clone(), aid.clone()];
        let visit = Belongs {
            recorder: Some(&doc),
            provider: Some(&doc),
            patient: Some(&pat),
            people: &people,
        };
        let check = |it: &Belongs<'_>, user: &str, role, expected: &[Relation]| {
            let expected = expected.iter().copied().collect();
            assert_eq!(it.relations(&id(user), role), expected, "{user}");
        };
        use Relation::{Admin, Participant, Patient, Provider, Recorder};
        check(&visit, "doc", Role::Provider, &[Recorder, Provider, Participant]);
        check(&visit, "pat", Role::Patient, &[Patient, Participant]);
        check(&visit, "aid", Role::Provider, &[Provider, Participant]);
        check(&visit, "aid", Role::Guest, &[Participant]);
        check(&visit, "doc-2", Role::Provider, &[]);
        check(&visit, "boss", Role::Admin, &[Admin]);
        let meeting = Belongs { provider: None, patient: None, ..visit };
        check(&meeting, "aid", Role::Provider, &[Provider, Participant]);
        check(&meeting, "pat", Role::Patient, &[Patient, Participant]);
    }
}
