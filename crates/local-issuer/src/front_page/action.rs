//! The forms of the page.

/// What a form does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Unlock,
    Lock,
    Mint,
    Inspect,
    Try,
    Rotate,
    Withhold,
    Withdraw,
    Restore,
    SetFault,
    ClearFaults,
    Clock,
    Reset,
}

const EACH: [Action; 13] = [
    Action::Unlock,
    Action::Lock,
    Action::Mint,
    Action::Inspect,
    Action::Try,
    Action::Rotate,
    Action::Withhold,
    Action::Withdraw,
    Action::Restore,
    Action::SetFault,
    Action::ClearFaults,
    Action::Clock,
    Action::Reset,
];

impl Action {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Unlock => "unlock",
            Self::Lock => "lock",
            Self::Mint => "mint",
            Self::Inspect => "inspect",
            Self::Try => "try",
            Self::Rotate => "rotate",
            Self::Withhold => "withhold",
            Self::Withdraw => "withdraw",
            Self::Restore => "restore",
            Self::SetFault => "fault",
            Self::ClearFaults => "clear",
            Self::Clock => "clock",
            Self::Reset => "reset",
        }
    }

    pub(super) fn of(name: &str) -> Option<Self> {
        EACH.into_iter().find(|action| action.name() == name)
    }
}
