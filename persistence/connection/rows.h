#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/base/clock.h"

namespace claviger::persistence {

// One row of a result. Columns count from 0. The methods throw std::logic_error for a column that is missing or not of
// the expected type: a NULL, no number, no DATETIME(6). The Rows, or the columns, must outlive it.
class Row {
public:
    using Column = std::optional<std::string>;  // nullopt: NULL

    explicit Row(const std::vector<Column>& columns) : columns_(columns) {}

    const std::string& text(std::size_t column) const;  // of VARCHAR or (VAR)BINARY
    std::int64_t integer(std::size_t column) const;
    domain::Timestamp timestamp(std::size_t column) const;
    std::optional<domain::Timestamp> maybeTimestamp(std::size_t column) const;  // nullopt: NULL
    bool isNull(std::size_t column) const;

private:
    const Column& at(std::size_t column) const;

    const std::vector<Column>& columns_;
};

// A whole result, held in memory. An index beyond the last row throws std::out_of_range.
class Rows {
public:
    using Table = std::vector<std::vector<Row::Column>>;

    explicit Rows(Table table) : table_(std::move(table)) {}

    bool empty() const { return table_.empty(); }
    std::size_t size() const { return table_.size(); }
    Row operator[](std::size_t index) const { return Row(table_.at(index)); }

    // Returns the results of `read` for each row, in order.
    template <class Read>
    auto map(const Read& read) const {
        std::vector<decltype(read(std::declval<Row>()))> all;
        all.reserve(table_.size());
        for (const auto& columns : table_) all.push_back(read(Row(columns)));
        return all;
    }

private:
    Table table_;
};

}  // namespace claviger::persistence
