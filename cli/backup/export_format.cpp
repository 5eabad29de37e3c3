#include "cli/backup/export_format.h"

#include <Poco/JSONString.h>

#include <sstream>

#include "cli/frame/answer.h"
#include "domain/base/clock.h"

namespace claviger::cli {
namespace {

std::string lineOf(const JsonObject& object) {
    std::ostringstream line;
    object.stringify(line);
    return line.str() + "\n";
}

void appendHex(std::string& line, std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        line += kDigits[byte >> 4U];
        line += kDigits[byte & 15U];
    }
}

void appendCell(std::string& line, domain::CellKind kind, const std::optional<std::string>& cell) {
    if (!cell) {
        line += "null";
    } else if (kind == domain::CellKind::kBytes) {
        line += '"';
        appendHex(line, *cell);
        line += '"';
    } else {
        line += kind == domain::CellKind::kInteger ? *cell : Poco::toJSON(*cell);
    }
}

}  // namespace

std::string_view nameOf(domain::CellKind kind) {
    switch (kind) {
        case domain::CellKind::kInteger:
            return "integer";
        case domain::CellKind::kText:
            return "text";
        case domain::CellKind::kBytes:
            return "bytes";
        case domain::CellKind::kMoment:
            return "moment";
    }
    throw std::logic_error("an unknown kind of cell");
}

JsonObject toJson(const domain::PepperFingerprints& peppers) {
    JsonObject object(Poco::JSON_PRESERVE_KEY_ORDER);
    for (const auto& [version, fingerprint] : peppers) object.set(std::to_string(version), fingerprint);
    return object;
}

void ExportWriter::head(const domain::ArchiveHead& head) {
    const auto& tenant = head.tenant;
    JsonArray hosts;
    for (const auto& host : head.hosts) hosts.add(host.text());
    auto line =
        jsonObject({{"format", std::string(kExportFormat)},
                    {"version", kExportVersion},
                    {"writtenAt", domain::iso8601(domain::SystemClock().now())},
                    {"id", tenant.id.text()},
                    {"slug", tenant.slug.text()},
                    {"name", tenant.name},
                    {"status", std::string(tenant.status == domain::TenantStatus::kActive ? "active" : "suspended")},
                    {"schemaVersion", tenant.schemaVersion},
                    {"hosts", hosts}});
    if (head.peppers) line.set("peppers", toJson(*head.peppers));
    write_(lineOf(line));
}

void ExportWriter::headOfDeadKeys(const domain::DeadKeySpan& span) {
    auto head = jsonObject(
        {{"format", std::string(kDeadKeysFormat)}, {"version", kExportVersion}, {"upTo", domain::iso8601(span.upTo)}});
    if (span.since) head.set("since", domain::iso8601(*span.since));
    write_(lineOf(head));
}

void ExportWriter::table(const domain::ArchiveTable& table) {
    table_ = table;
    JsonArray columns;
    for (const auto& column : table.columns) {
        JsonArray pair;
        pair.add(column.name);
        pair.add(std::string(nameOf(column.kind)));
        columns.add(pair);
    }
    write_(lineOf(jsonObject({{"table", table.name}, {"columns", columns}})));
}

void ExportWriter::row(const domain::ArchiveCells& cells) {
    std::string line = "[";
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) line += ',';
        appendCell(line, table_.columns.at(i).kind, cells[i]);
    }
    write_(line + "]\n");
    ++rows_;
}

void ExportWriter::end() {
    write_(lineOf(jsonObject({{"end", true}, {"rows", static_cast<std::int64_t>(rows_)}})));
}

}  // namespace claviger::cli
