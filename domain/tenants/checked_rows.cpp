#include "domain/tenants/checked_rows.h"

namespace claviger::domain {

std::optional<ArchiveTable> CheckedRows::table() {
    auto table = source_.table();
    if (table)
        checks_.table(*table);
    else
        checks_.end();
    return table;
}

std::optional<ArchiveCells> CheckedRows::row() {
    auto cells = source_.row();
    if (cells) checks_.row(*cells);
    return cells;
}

}  // namespace claviger::domain
