//! Tests of whose turn it is.

use std::time::Duration;

use super::{FairQueue, Full, Tenant, Waiter};

fn org(id: &str, network: impl ToString) -> Waiter {
    Waiter {
        tenant: Tenant::Organization(id.to_owned()),
        network: Some(network.to_string()),
    }
}

/// Returns how many items this waiter can add.
fn fill(queue: &mut FairQueue<String>, mut waiter: impl FnMut(usize) -> Waiter) -> usize {
    let mut add = |number| queue.push(waiter(number), format!("{number}"));
    (0..).take_while(|number| add(*number).is_ok()).count()
}

fn rest(queue: &mut FairQueue<&'static str>) -> Vec<&'static str> {
    std::iter::from_fn(|| Some(queue.pop()?.1)).collect()
}

#[test]
fn turns_that_nobody_waited_for_cost_nothing_and_leave_nothing() {
    let mut queue = FairQueue::new(1000);
    for _ in 0..1000 {
        queue.charge(org("a", 1).tenant, Duration::from_millis(5));
    }
    assert!(queue.used.is_empty());
    for tenant in ["b", "c", "d"] {
        for _ in 0..30 {
            queue.push(org(tenant, 1), tenant).unwrap();
        }
    }
    queue.push(org("a", 1), "a").unwrap();
    let mut before = 0;
    while let Some((tenant, item)) = queue.pop()
        && item != "a"
    {
        queue.charge(tenant, Duration::from_millis(5));
        before += 1;
    }
    assert_eq!(before, 3, "one round");
}

#[test]
fn a_queue_without_space_takes_nothing() {
    let mut queue = FairQueue::new(0);
    assert_eq!(queue.push(org("a", 1), ""), Err(Full));
    assert!(queue.pop().is_none());
    let mut queue = FairQueue::new(1);
    assert_eq!(queue.push(org("a", 1), "a"), Ok(()));
    assert_eq!(queue.push(org("b", 2), "b"), Err(Full));
    assert_eq!(queue.pop().unwrap().1, "a");
    assert_eq!(queue.push(org("b", 2), "b"), Ok(()));
}

#[test]
fn a_tenant_leaves_as_much_as_it_takes() {
    for is_one_address in [true, false] {
        let address = |number| if is_one_address { 0 } else { number };
        let mut queue = FairQueue::new(1024);
        let taken = ["a", "b", "c"].map(|id| fill(&mut queue, |at| org(id, address(at))));
        assert_eq!(taken[0], 512, "{is_one_address}");
        assert_eq!(taken[1], 256, "{is_one_address}");
        if is_one_address {
            assert_eq!(taken[2], 0, "three quarters are the share of an address");
        } else {
            assert_eq!(taken[2], 128);
        }
        assert_eq!(queue.push(org("d", "elsewhere"), String::new()), Ok(()));
    }
}

#[test]
fn what_is_taken_can_be_filled_again() {
    let mut queue = FairQueue::new(8);
    for _ in 0..3 {
        assert_eq!(fill(&mut queue, |_| org("a", 1)), 4);
        assert_eq!(std::iter::from_fn(|| queue.pop()).count(), 4);
    }
    assert!(queue.at_network.is_empty() && queue.tenants.is_empty());
}

#[test]
fn tenants_take_turns_and_so_do_the_addresses_of_each() {
    let mut queue = FairQueue::new(1024);
    for (id, network, item) in [
        ("a", 1, "a1"),
        ("a", 1, "a2"),
        ("a", 1, "a3"),
        ("a", 2, "a4"),
        ("b", 1, "b1"),
        ("b", 3, "b2"),
    ] {
        queue.push(org(id, network), item).unwrap();
    }
    let unknown = Waiter {
        tenant: Tenant::Unknown,
        network: Some("1".to_owned()),
    };
    queue.push(unknown, "u1").unwrap();
    let expected = ["a1", "b1", "u1", "a4", "b2", "a2", "a3"];
    assert_eq!(rest(&mut queue), expected);
}

#[test]
fn a_single_item_waits_for_one_turn_of_each_tenant() {
    let mut queue = FairQueue::new(1024);
    for _ in 0..300 {
        queue.push(org("a", 1), "a").unwrap();
    }
    for _ in 0..300 {
        queue.push(org("b", 2), "b").unwrap();
    }
    queue.pop();
    queue.push(org("c", 3), "c").unwrap();
    let position = rest(&mut queue).iter().position(|item| *item == "c");
    assert_eq!(position, Some(2));
}

/// Returns who gets the next turns, if those of `a` take a second and those of the others a tenth.
fn turns(queue: &mut FairQueue<()>, count: usize) -> String {
    let turn = |_| {
        let (tenant, ()) = queue.pop().unwrap();
        let Tenant::Organization(id) = tenant.clone() else {
            panic!("{tenant:?}")
        };
        let took = if id == "a" { 1000 } else { 100 };
        queue.charge(tenant, Duration::from_millis(took));
        id
    };
    (0..count).map(turn).collect()
}

#[test]
fn a_tenant_with_long_turns_has_fewer() {
    let mut queue = FairQueue::new(1024);
    for _ in 0..30 {
        for id in ["a", "b", "c"] {
            queue.push(org(id, id), ()).unwrap();
        }
    }
    assert_eq!(turns(&mut queue, 24), "abcbcbcbcbcbcbcbcbcbcabc");
}
