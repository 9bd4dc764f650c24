//! The table by itself: within its bounds, also where many put in and look up at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::{Bounds, Entry, Table, WAYS};
use crate::token_cache::TokenDigest;

fn table(entries: usize, weight: usize) -> Table<usize> {
    Table::new(Bounds { entries, weight })
}

fn value(table: &Table<usize>, number: usize) -> Option<usize> {
    table.get(&TokenDigest::numbered(number), |value| *value)
}

#[test]
fn what_was_put_in_is_found_until_it_is_taken_out() {
    let table = table(100, 1000);
    assert_eq!(value(&table, 1), None);
    for number in 0..20 {
        table.insert(TokenDigest::numbered(number), number, 2);
    }
    table.insert(TokenDigest::numbered(7), 700, 5);
    assert_eq!((table.len(), table.weight()), (20, 43));
    for number in 0..20 {
        let expected = if number == 7 { 700 } else { number };
        assert_eq!(value(&table, number), Some(expected));
    }
    table.remove(&TokenDigest::numbered(7));
    table.remove(&TokenDigest::numbered(1000));
    assert_eq!(value(&table, 7), None);
    assert_eq!((table.len(), table.weight()), (19, 38));
}

#[test]
fn no_more_and_nothing_heavier_is_kept_than_is_allowed() {
    for (entries, weight) in [(1, 1000), (2, 1000), (50, 1000), (1000, 90), (1000, 9)] {
        let table = table(entries, weight);
        for number in 0..500 {
            table.insert(TokenDigest::numbered(number), number, 9);
            assert!(table.len() <= entries && table.weight() <= weight);
            assert_eq!(value(&table, number), Some(number), "the latest is there");
        }
        let full = entries.min(weight / 9);
        assert!(table.len() * 10 >= full * 9, "{} of {full}", table.len());
        table.insert(TokenDigest::numbered(501), 501, weight + 1);
        assert_eq!(value(&table, 501), None);
        assert!(table.len() * 10 >= full * 9, "nothing had to go for it");
    }
}

#[test]
fn what_it_says_to_take_up_is_what_it_does() {
    for entries in [1, 7, 1000] {
        let table = table(entries, 1);
        assert_eq!(Table::<usize>::size(entries), size_of_val(&*table.sets));
        assert!(table.sets.len() * WAYS >= 2 * entries);
    }
    // An `Arc` counts its owners in two words, and what the allocator needs is not much.
    let entry = size_of::<Entry<usize>>();
    let with_counts = entry + 2 * size_of::<usize>();
    assert!((with_counts..=entry * 2).contains(&Table::<usize>::ENTRY));
}

#[test]
fn what_is_asked_for_stays_and_what_is_not_goes() {
    let table = table(64, 64);
    let asked = 0..8;
    for number in asked.clone() {
        table.insert(TokenDigest::numbered(number), number, 1);
    }
    for number in 100..2000 {
        for wanted in asked.clone() {
            assert_eq!(value(&table, wanted), Some(wanted), "before {number}");
        }
        table.insert(TokenDigest::numbered(number), number, 1);
    }
}

#[test]
fn a_set_that_is_full_takes_the_next_all_the_same() {
    let table: Table<usize> = Table::with_tags(
        Bounds {
            entries: 1000,
            weight: 1000,
        },
        |_| 5,
    );
    for number in 0..100 {
        table.insert(TokenDigest::numbered(number), number, 1);
        assert_eq!(value(&table, number), Some(number));
        assert!(table.len() <= WAYS);
    }
    assert_eq!(table.weight(), WAYS);
}

#[test]
fn many_at_once_find_only_what_is_theirs_and_keep_within_the_bounds() {
    let (table, most) = (table(40, 400), AtomicUsize::new(0));
    thread::scope(|threads| {
        for thread in 0..4 {
            let (table, most) = (&table, &most);
            threads.spawn(move || {
                for round in 0..20_000 {
                    let number = (round * 7 + thread * 13) % 97;
                    match round % 5 {
                        0 | 1 => {
                            table.insert(TokenDigest::numbered(number), number, 1 + number % 9)
                        }
                        2 => table.remove(&TokenDigest::numbered(number)),
                        _ => assert!(value(table, number).is_none_or(|found| found == number)),
                    }
                    most.fetch_max(table.len(), Ordering::Relaxed);
                }
            });
        }
    });
    // Each thread counts in what it is about to put in.
    assert!(most.into_inner() <= 40 + 4);
    let held: Vec<_> = (0..97).filter_map(|number| value(&table, number)).collect();
    assert!(held.len() <= table.len() && table.len() <= 40);
    for number in 0..97 {
        table.remove(&TokenDigest::numbered(number));
    }
    for _ in 0..4 * table.sets.len() * WAYS {
        table.step();
    }
    assert_eq!((table.len(), table.weight()), (0, 0), "nothing is lost");
}
