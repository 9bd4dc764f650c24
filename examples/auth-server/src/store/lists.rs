//! Pages of entries that have lists themselves, such as the permissions of a role.

use service_kit::store::{Page, Rows};

/// The maximum number each of roles, permissions and clients of an organization, and so of what one entry of a list has.
pub const MOST: i64 = 1000;

/// The maximum number of roles or permissions that the entries of a page have in all: a page with more ends earlier, and
/// the next one goes on from there. Ten entries with as many as there can be fit.
pub const MOST_OF_PAGE: i64 = 10 * MOST;

/// Returns the entries of a page from the rows of a join, each an entry with one element of its list. The rows of an
/// entry come one after the other. Up to [`MOST_OF_PAGE`] rows and one more are selected.
pub fn page_of<Id, E: PartialEq, L>(
    page: &Page<Id>,
    joined: Vec<(E, Option<L>)>,
    id: impl Fn(&E) -> Id,
) -> Rows<(E, Vec<L>), Id> {
    let is_cut = joined.len() as i64 > MOST_OF_PAGE;
    let mut entries: Vec<(E, Vec<L>)> = Vec::new();
    for (entry, element) in joined {
        match entries.last_mut() {
            Some((last, list)) if *last == entry => list.extend(element),
            _ => entries.push((entry, element.into_iter().collect())),
        }
    }
    if is_cut {
        // The rest of its rows is missing.
        entries.pop();
    }
    let id = |(entry, _): &(E, Vec<L>)| id(entry);
    let mut rows = page.rows(entries, id);
    if is_cut && rows.next.is_none() {
        rows.next = rows.rows.last().map(id);
    }
    rows
}

#[cfg(test)]
mod tests {
    use service_kit::store::Page;

    use super::{MOST, page_of};

    /// Returns the ids and the lengths of the entries of a page, and where the next one starts.
    fn page(limit: u32, joined: &[(i64, i64)]) -> (Vec<(i64, usize)>, Option<i64>) {
        let rows = joined.iter().flat_map(|(id, elements)| {
            let empty = (*elements == 0).then_some((*id, None));
            let elements = (0..*elements).map(|element| (*id, Some(element)));
            elements.chain(empty)
        });
        // As the statement does.
        let rows = rows.take(10 * MOST as usize + 1).collect();
        let page = Page { limit, after: None };
        let rows = page_of(&page, rows, |id| *id);
        let entries = rows.rows.iter().map(|(id, list)| (*id, list.len()));
        (entries.collect(), rows.next)
    }

    #[test]
    fn an_entry_is_whole_or_on_the_next_page() {
        assert_eq!(page(2, &[]), (vec![], None));
        assert_eq!(page(2, &[(1, 0), (2, 3)]), (vec![(1, 0), (2, 3)], None));
        let three = [(1, 2), (2, 0), (3, 1)];
        assert_eq!(page(2, &three), (vec![(1, 2), (2, 0)], Some(2)));
        let full = (1..=20).map(|id| (id, MOST)).collect::<Vec<_>>();
        let ten = full[..10].iter().map(|(id, _)| (*id, 1000)).collect();
        assert_eq!(page(20, &full), (ten, Some(10)));
        let all = full[..10].iter().map(|(id, _)| (*id, 1000)).collect();
        assert_eq!(page(20, &full[..10]), (all, None), "exactly as many");
        let (entries, next) = page(5, &full);
        assert_eq!((entries.len(), next), (5, Some(5)), "the limit comes first");
    }
}
