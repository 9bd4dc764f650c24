//! What a collector was sent: `ExportTraceServiceRequest` of OTLP 1.

use super::protobuf::{value, values};
use super::server::Request;

#[derive(Debug, Clone)]
pub struct Span {
    pub trace: String,
    pub id: String,
    /// Empty for the first span of a trace.
    pub parent: String,
    pub state: String,
    pub name: String,
    /// 2 is a server, 3 a client.
    pub kind: u64,
    pub start: u64,
    pub end: u64,
    attributes: Vec<(String, String)>,
    /// The attributes of each event within it.
    events: Vec<Vec<(String, String)>>,
}

impl Span {
    pub fn attribute(&self, name: &str) -> &str {
        find(&self.attributes, name)
    }

    /// Returns what its events have under this name.
    pub fn of_events(&self, name: &str) -> Vec<&str> {
        let events = self.events.iter();
        let found = events.filter_map(|event| event.iter().find(|(one, _)| one == name));
        found.map(|(_, value)| value.as_str()).collect()
    }

    fn read(span: &[u8]) -> Self {
        let text = |field| value(span, field).map_or_else(String::new, |value| value.text());
        let hex = |field| value(span, field).map_or_else(String::new, |value| value.hex());
        let number = |field| value(span, field).map_or(0, |value| value.number());
        Self {
            trace: hex(1),
            id: hex(2),
            state: text(3),
            parent: hex(4),
            name: text(5),
            kind: number(6),
            start: number(7),
            end: number(8),
            attributes: attributes(span, 9),
            events: values(span, 11)
                .into_iter()
                .map(|event| attributes(event.bytes(), 3))
                .collect(),
        }
    }
}

pub struct Exported {
    pub spans: Vec<Span>,
    resource: Vec<(String, String)>,
}

impl Exported {
    pub fn read(requests: &[Request]) -> Self {
        let (mut spans, mut resource) = (Vec::new(), Vec::new());
        for of_resource in requests.iter().flat_map(|request| values(&request.body, 1)) {
            let of_resource = of_resource.bytes();
            resource = attributes(value(of_resource, 1).unwrap().bytes(), 1);
            for scope in values(of_resource, 2) {
                let found = values(scope.bytes(), 2).into_iter();
                spans.extend(found.map(|span| Span::read(span.bytes())));
            }
        }
        Self { spans, resource }
    }

    pub fn resource(&self, name: &str) -> &str {
        find(&self.resource, name)
    }
}

fn find<'a>(attributes: &'a [(String, String)], name: &str) -> &'a str {
    let found = attributes.iter().find(|(one, _)| one == name);
    &found
        .unwrap_or_else(|| panic!("{name} in {attributes:?}"))
        .1
}

/// Texts, and numbers as texts.
fn attributes(message: &[u8], field: u64) -> Vec<(String, String)> {
    let attributes = values(message, field).into_iter().map(|attribute| {
        let attribute = attribute.bytes();
        let any = value(attribute, 2).map_or(&[][..], |any| any.bytes());
        let text = value(any, 1).map(|text| text.text());
        let number = value(any, 3).map(|number| number.number().to_string());
        let name = value(attribute, 1).unwrap().text();
        (name, text.or(number).unwrap_or_default())
    });
    attributes.collect()
}
