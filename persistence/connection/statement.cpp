#include "persistence/connection/statement.h"

#include <cstdio>
#include <functional>
#include <stdexcept>

namespace claviger::persistence {
namespace {

void appendHex(std::string& sql, std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    sql += "x'";
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        sql += kDigits[byte >> 4U];
        sql += kDigits[byte & 15U];
    }
    sql += '\'';
}

// Appends a value to a statement.
struct Encoder {
    std::string& sql;

    void operator()(Null) const { sql += "NULL"; }
    void operator()(std::int64_t number) const { sql += std::to_string(number); }
    void operator()(const Bytes& bytes) const { appendHex(sql, bytes.value); }
    void operator()(const Text& text) const {
        sql += "_utf8mb4 ";
        appendHex(sql, text.value);
    }
    void operator()(const ListOfBytes& list) const {
        for (const auto& bytes : list.values) {
            if (&bytes != list.values.data()) sql += ',';
            appendHex(sql, bytes);
        }
    }
    void operator()(domain::Timestamp moment) const {
        using namespace std::chrono;
        const auto day = floor<days>(moment);
        const year_month_day date{day};
        const hh_mm_ss time{moment - day};
        char text[64];
        std::snprintf(text, sizeof text, "TIMESTAMP'%04d-%02u-%02u %02d:%02d:%02d.%06d'", static_cast<int>(date.year()),
                      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                      static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                      static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
        sql += text;
    }
};

void append(std::string& sql, const Value& value) {
    std::visit(Encoder{sql}, value);
}

std::size_t closing(std::string_view text, std::size_t open) {
    const auto close = text.find('}', open);
    if (close == std::string_view::npos) throw std::logic_error("a name in a statement is not closed");
    return close;
}

using Filler = std::function<void(std::string& sql, std::string_view name)>;

// Copies the text. For each {name} it calls `fill`, which appends the replacement.
std::string fillNames(std::string_view text, const Filler& fill) {
    std::string sql;
    sql.reserve(text.size() + 512);
    while (true) {
        const auto open = text.find('{');
        sql += text.substr(0, open);
        if (open == std::string_view::npos) return sql;
        const auto close = closing(text, open);
        fill(sql, text.substr(open + 1, close - open - 1));
        text.remove_prefix(close + 1);
    }
}

void appendName(std::string& sql, std::string_view name, const Names& names) {
    for (const auto& [known, identifier] : names)
        if (known == name) {
            sql += identifier.text();
            return;
        }
    throw std::logic_error("a statement has the unknown name {" + std::string(name) + "}");
}

void appendTuples(std::string& sql, const Tuples& tuples) {
    bool first = true;
    for (const auto& tuple : tuples) {
        sql += first ? "SELECT " : " UNION ALL SELECT ";
        for (std::size_t i = 0; i < tuple.size(); ++i) {
            if (i > 0) sql += ", ";
            append(sql, tuple[i]);
            if (first) sql += " AS c" + std::to_string(i + 1);
        }
        first = false;
    }
}

void appendList(std::string& sql, const Values& values) {
    for (const auto& value : values) {
        if (&value != values.data()) sql += ", ";
        append(sql, value);
    }
}

void appendRows(std::string& sql, const std::vector<Values>& rows) {
    for (const auto& row : rows) {
        sql += &row == rows.data() ? "(" : ", (";
        appendList(sql, row);
        sql += ')';
    }
}

}  // namespace

std::string compose(Sql statement, const Values& values, const Names& names) {
    std::string sql;
    sql.reserve(statement.text().size() + 64 * (names.size() + values.size()));
    auto value = values.begin();
    for (auto text = statement.text();;) {
        const auto place = text.find_first_of("?{");
        sql += text.substr(0, place);
        if (place == std::string_view::npos) break;
        auto end = place;
        if (text[place] == '{') {
            end = closing(text, place);
            appendName(sql, text.substr(place + 1, end - place - 1), names);
        } else {
            if (value == values.end()) throw std::logic_error("a statement has more places than values");
            append(sql, *value++);
        }
        text.remove_prefix(end + 1);
    }
    if (value != values.end()) throw std::logic_error("a statement has more values than places");
    return sql;
}

std::string composeTemplate(Sql statement, const Names& names) {
    return composeMigration(statement.text(), names);
}

std::string composePrepare(const std::string& name, const std::string& text) {
    std::string sql = "PREPARE " + name + " FROM ";
    append(sql, Text{text});
    return sql;
}

std::string composeExecute(const std::string& name, const Values& values) {
    std::string sql = "EXECUTE " + name + " USING ";
    appendList(sql, values);
    return sql;
}

std::string composeOnTuples(Sql statement, const Tuples& tuples, const Names& names) {
    return fillNames(statement.text(), [&](std::string& sql, std::string_view name) {
        if (name == "tuples")
            appendTuples(sql, tuples);
        else
            appendName(sql, name, names);
    });
}

std::string composeOnRows(Sql statement, const std::vector<Values>& rows, const Names& names) {
    return fillNames(statement.text(), [&](std::string& sql, std::string_view name) {
        if (name == "rows")
            appendRows(sql, rows);
        else
            appendName(sql, name, names);
    });
}

std::string composeMigration(std::string_view text, const Names& names) {
    return fillNames(text, [&](std::string& sql, std::string_view name) { appendName(sql, name, names); });
}

}  // namespace claviger::persistence
