//! What a verified token takes up in memory, estimated from its parts: rather too much than too little.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::authenticated::Authenticated;
use crate::principal::{Principal, TenantGrants};

/// The most members that a node of a tree has, and the fewest that a full one is split into.
const NODE_MEMBERS: (usize, usize) = (11, 5);

/// All that is kept for one token, in bytes.
pub(crate) fn of(caller: &Authenticated) -> usize {
    let token = caller.token();
    block(size_of::<Authenticated>())
        + members(token.claims())
        + text(&token.key_id)
        + principal(caller.principal())
}

fn principal(principal: &Principal) -> usize {
    let optional = |value: &Option<String>| value.as_ref().map_or(0, text);
    text(&principal.issuer)
        + text(&principal.subject)
        + optional(&principal.client)
        + texts(&principal.scopes)
        + texts(&principal.roles)
        + texts(&principal.permissions)
        + tenants(&principal.tenants)
        + optional(&principal.current_tenant)
}

fn tenants(tenants: &BTreeMap<String, TenantGrants>) -> usize {
    let each = |(id, grants): (&String, &TenantGrants)| {
        text(id) + texts(&grants.roles) + texts(&grants.permissions)
    };
    tree::<TenantGrants>(tenants.len()) + tenants.iter().map(each).sum::<usize>()
}

fn members(object: &Map<String, Value>) -> usize {
    let each = |(name, member): (&String, &Value)| text(name) + value(member);
    // Which of the two it is depends on serde_json's feature `preserve_order`, which any crate of a program may turn on.
    let places = tree::<Value>(object.len()).max(index::<Value>(object.len()));
    places + object.iter().map(each).sum::<usize>()
}

fn value(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(string) => text(string),
        Value::Array(list) => {
            block(list.capacity() * size_of::<Value>())
                + list.iter().map(self::value).sum::<usize>()
        }
        Value::Object(object) => members(object),
    }
}

fn texts(texts: &Vec<String>) -> usize {
    block(texts.capacity() * size_of::<String>()) + texts.iter().map(text).sum::<usize>()
}

fn text(text: &String) -> usize {
    block(text.capacity())
}

/// The nodes of a tree from texts to `V`: the lower ones at their emptiest, and the upper ones that lead to them.
fn tree<V>(length: usize) -> usize {
    let (most, fewest) = NODE_MEMBERS;
    let node = block(most * (size_of::<String>() + size_of::<V>()) + 2 * size_of::<usize>());
    let upper = node + (most + 1) * size_of::<usize>();
    match length {
        0 => 0,
        length if length <= most => node,
        length => length.div_ceil(fewest) * node + (length / (fewest * fewest) + 1) * upper,
    }
}

/// A list of members with their hashes, and the table that finds them: both with room for as many as the table has places.
fn index<V>(length: usize) -> usize {
    if length == 0 {
        return 0;
    }
    let places = (length * 8).div_ceil(7).next_power_of_two().max(4);
    block(places * size_of::<(usize, String, V)>()) + block(places * (size_of::<usize>() + 1) + 16)
}

/// What the allocator makes of a request for so many bytes.
fn block(bytes: usize) -> usize {
    match bytes {
        0 => 0,
        bytes => bytes.next_multiple_of(16) + 16,
    }
}
