//! Tables of the file that have names of the user's own, such as `[providers.NAME]` and `[routes.NAME]`.

use crate::api::types::{ApiError, ErrorCode};
use toml_edit::{DocumentMut, Item, Table, TableLike};

/// Returns a table of a group, or `None` if the file has none of this name.
pub(crate) fn get<'d>(
    document: &'d mut DocumentMut,
    group: &str,
    name: &str,
) -> Option<&'d mut dyn TableLike> {
    document.get_mut(group)?.get_mut(name)?.as_table_like_mut()
}

/// Returns whether the file has a table of this name in a group.
pub(crate) fn contains(document: &DocumentMut, group: &str, name: &str) -> bool {
    let tables = document.get(group).and_then(Item::as_table_like);
    tables.is_some_and(|tables| tables.contains_key(name))
}

/// Returns a table of a group, made at the end of the group if need be.
pub(crate) fn put<'d>(
    document: &'d mut DocumentMut,
    group: &str,
    name: &str,
) -> Result<&'d mut dyn TableLike, ApiError> {
    let unfit = || {
        let message = format!("`{group}` in the file is not a table");
        ApiError::new(ErrorCode::Config, message)
    };
    let first = document.as_table().is_empty();
    let preface = document.trailing().as_str().unwrap_or_default().to_owned();
    if document.get(group).is_none() {
        let mut tables = Table::new();
        tables.set_implicit(true);
        document.insert(group, Item::Table(tables));
    }
    let tables = document.get_mut(group).and_then(Item::as_table_like_mut);
    let tables = tables.ok_or_else(unfit)?;
    let is_new = !tables.contains_key(name);
    if is_new {
        let mut table = Table::new();
        // Comments of a file that holds nothing else stay above the first entry.
        let prefix = if first {
            format!("{}\n", preface.trim_end())
        } else {
            String::new()
        };
        table.decor_mut().set_prefix(format!("{prefix}\n"));
        tables.insert(name, Item::Table(table));
    }
    if is_new && first {
        document.set_trailing("");
    }
    get(document, group, name).ok_or_else(unfit)
}

/// Gives a table another name; its place, comments and fields stay. Returns whether it was there.
pub(crate) fn rename(document: &mut DocumentMut, group: &str, from: &str, to: &str) -> bool {
    let tables = document.get_mut(group).and_then(Item::as_table_like_mut);
    let Some(tables) = tables else { return false };
    let Some(item) = tables.remove(from) else {
        return false;
    };
    tables.insert(to, item);
    true
}

/// Takes a table out of a group. Returns whether it was there. A comment right above its header goes with
/// it; what stands further up stays.
pub(crate) fn remove(document: &mut DocumentMut, group: &str, name: &str) -> bool {
    let tables = document.get_mut(group).and_then(Item::as_table_like_mut);
    let Some(removed) = tables.and_then(|tables| tables.remove(name)) else {
        return false;
    };
    let Item::Table(table) = removed else {
        return true;
    };
    let above = table
        .decor()
        .prefix()
        .and_then(|prefix| prefix.as_str())
        .unwrap_or_default();
    let kept = above.rfind("\n\n").map_or("", |at| &above[..at + 2]);
    if kept.trim().is_empty() {
        return true;
    }
    let next = next_position(document.as_table(), table.position());
    match next.and_then(|position| table_at(document.as_table_mut(), position)) {
        Some(next) => {
            let prefix = next.decor().prefix().and_then(|prefix| prefix.as_str());
            let prefix = format!(
                "{kept}{}",
                prefix.unwrap_or_default().trim_start_matches('\n')
            );
            next.decor_mut().set_prefix(prefix);
        }
        None => {
            let trailing = document.trailing().as_str().unwrap_or_default();
            let trailing = format!("{kept}{}", trailing.trim_start_matches('\n'));
            document.set_trailing(trailing);
        }
    }
    true
}

/// Returns the tables directly below `table`.
fn below(table: &Table) -> impl Iterator<Item = &Table> {
    table.iter().flat_map(|(_, item)| match item {
        Item::Table(table) => vec![table],
        Item::ArrayOfTables(tables) => tables.iter().collect(),
        Item::None | Item::Value(_) => Vec::new(),
    })
}

/// Returns the place of the first table in the file after the given place.
fn next_position(table: &Table, after: Option<isize>) -> Option<isize> {
    let own = table
        .position()
        .filter(|own| Some(*own) > after && !table.is_implicit());
    below(table)
        .filter_map(|table| next_position(table, after))
        .chain(own)
        .min()
}

fn table_at(table: &mut Table, position: isize) -> Option<&mut Table> {
    if table.position() == Some(position) && !table.is_implicit() {
        return Some(table);
    }
    table.iter_mut().find_map(|(_, item)| match item {
        Item::Table(table) => table_at(table, position),
        Item::ArrayOfTables(tables) => tables
            .iter_mut()
            .find_map(|table| table_at(table, position)),
        Item::None | Item::Value(_) => None,
    })
}
