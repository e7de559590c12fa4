//! Figures of the calls that this process makes.

use crate::App;
use std::cell::OnceCell;
use std::collections::HashMap;
use switchboard_engine::event::TargetInfo;
use switchboard_routing::equals::{Figures, PeakEwma};

/// What is known of targets now. For one choice: requests under way are counted once.
pub(super) struct LiveFigures<'a> {
    app: &'a App,
    in_flight: OnceCell<HashMap<TargetInfo, u32>>,
}

impl<'a> LiveFigures<'a> {
    pub(super) fn new(app: &'a App) -> Self {
        Self {
            app,
            in_flight: OnceCell::new(),
        }
    }
}

impl Figures<TargetInfo> for LiveFigures<'_> {
    fn first_token(&self, target: &TargetInfo) -> Option<PeakEwma> {
        self.app.providers().waits().of(target)
    }

    fn in_flight(&self, target: &TargetInfo) -> u32 {
        let counted = self.in_flight.get_or_init(|| {
            let health = self.app.health().snapshot();
            let counts = health.into_iter().map(|one| (one.target, one.in_flight));
            counts.collect()
        });
        counted.get(target).copied().unwrap_or_default()
    }

    fn now_ms(&self) -> u64 {
        self.app.providers().waits().now_ms()
    }

    fn draw(&self, below: usize) -> usize {
        fastrand::usize(..below)
    }
}
