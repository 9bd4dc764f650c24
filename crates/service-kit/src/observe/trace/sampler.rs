//! Which traces are exported.

use opentelemetry::trace::{Link, SpanKind, TraceId, TraceState};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{
    Sampler as OtelSampler, SamplingDecision, SamplingResult, ShouldSample,
};

use super::context::REQUEST;
use crate::observe::health::PATHS;
use crate::settings::{Sampler, TraceSettings};

/// The sampler of the settings, without the requests that ask every few seconds whether the service is ready.
#[derive(Debug, Clone)]
pub(super) struct Unpolled(OtelSampler);

impl Unpolled {
    pub(super) fn of(settings: &TraceSettings) -> Self {
        let ratio = OtelSampler::TraceIdRatioBased(settings.ratio.get());
        let parent_or = |root| OtelSampler::ParentBased(Box::new(root));
        Self(match settings.sampler {
            Sampler::AlwaysOn => OtelSampler::AlwaysOn,
            Sampler::AlwaysOff => OtelSampler::AlwaysOff,
            Sampler::Ratio => ratio,
            Sampler::ParentOrAlwaysOn => parent_or(OtelSampler::AlwaysOn),
            Sampler::ParentOrAlwaysOff => parent_or(OtelSampler::AlwaysOff),
            Sampler::ParentOrRatio => parent_or(ratio),
        })
    }
}

impl ShouldSample for Unpolled {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace_id: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let is_poll = |attribute: &KeyValue| {
            attribute.key.as_str() == "http.path" && PATHS.contains(&&*attribute.value.as_str())
        };
        if name == REQUEST && attributes.iter().any(is_poll) {
            return SamplingResult {
                decision: SamplingDecision::Drop,
                attributes: Vec::new(),
                trace_state: TraceState::default(),
            };
        }
        self.0
            .should_sample(parent, trace_id, name, kind, attributes, links)
    }
}
