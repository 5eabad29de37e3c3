#include "cli/backup/export_reader.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Parser.h>

#include <charconv>

#include "cli/backup/export_format.h"
#include "cli/frame/arguments.h"
#include "cli/frame/failure.h"

namespace claviger::cli {
namespace {

using domain::ArchiveRefused;
using domain::CellKind;

template <class T>
T take(domain::Result<T> parsed) {
    if (!parsed.ok()) throw ArchiveRefused(parsed.error().detail);
    return std::move(parsed).value();
}

JsonObject::Ptr objectIn(const std::string& text) {
    Poco::JSON::Parser parser;
    return parser.parse(text).extract<JsonObject::Ptr>();
}

CellKind kindNamed(const std::string& name) {
    for (const auto kind : {CellKind::kInteger, CellKind::kText, CellKind::kBytes, CellKind::kMoment})
        if (nameOf(kind) == name) return kind;
    throw ArchiveRefused("there is no kind of column " + name);
}

int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    throw ArchiveRefused("a value is not of hexadecimal digits");
}

std::string bytesIn(const std::string& text) {
    if (text.size() % 2 != 0) throw ArchiveRefused("a value has half a byte");
    std::string bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2)
        bytes += static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1]));
    return bytes;
}

std::string nameIn(const JsonObject& head) {
    try {
        return parseDisplayName("name", head.getValue<std::string>("name"));
    } catch (const Failure& refused) {
        throw ArchiveRefused(refused.what());
    }
}

domain::Tenant tenantIn(const JsonObject& head) {
    const auto id = domain::TenantId::parse(head.getValue<std::string>("id"));
    if (!id) throw ArchiveRefused("the tenant's id is not one");
    const auto status = head.getValue<std::string>("status");
    if (status != "active" && status != "suspended") throw ArchiveRefused("there is no status " + status);
    auto slug = take(domain::TenantSlug::parse(head.getValue<std::string>("slug")));
    const auto schema = domain::SchemaName::of(slug);
    const int version = head.getValue<int>("schemaVersion");
    if (version < 0) throw ArchiveRefused("the schema version is below 0");
    return {*id,          std::move(slug),
            nameIn(head), status == "active" ? domain::TenantStatus::kActive : domain::TenantStatus::kSuspended,
            schema,       version};
}

}  // namespace

domain::PepperFingerprints peppersIn(const JsonObject& peppers) {
    domain::PepperFingerprints all;
    for (const auto& name : peppers.getNames()) {
        const auto fingerprint = peppers.getValue<std::string>(name);
        int version = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), version);
        if (error != std::errc{} || end != name.data() + name.size() || bytesIn(fingerprint).size() != 8)
            throw ArchiveRefused("a pepper is not named by its version and its fingerprint");
        all.emplace(version, fingerprint);
    }
    return all;
}

std::string timeIn(const JsonObject& head, const std::string& name) {
    auto time = head.optValue<std::string>(name, "");
    if (time.size() > 30 || time.find_first_not_of("0123456789-:.TZ") != std::string::npos)
        throw ArchiveRefused("the time at which it was written is not one");
    return time;
}

// Adds the line's number to the errors of the JSON library and of the checks.
template <class Work>
auto ExportReader::checked(const Work& work) const {
    try {
        return work();
    } catch (const ArchiveRefused& refused) {
        refuse(refused.what());
    } catch (const Poco::Exception&) {
        refuse("not what an export has there");
    }
}

JsonObject::Ptr ExportReader::begin(const std::string& format) {
    const auto object = objectIn(text_);
    if (object->optValue<std::string>("format", "") != format) throw ArchiveRefused("not an export of Claviger");
    if (object->getValue<int>("version") != kExportVersion)
        throw ArchiveRefused("a form of export that this release does not know: import it with a newer one");
    return object;
}

ExportReader::DeadKeysHead ExportReader::headOfDeadKeys() {
    advance();
    return checked([&] {
        const auto object = begin(kDeadKeysFormat);
        DeadKeysHead head{timeIn(*object, "since"), timeIn(*object, "upTo")};
        advance();
        return head;
    });
}

domain::ArchiveHead ExportReader::head() {
    advance();
    return checked([&] {
        const auto object = begin(kExportFormat);
        domain::ArchiveHead head{tenantIn(*object), {}, timeIn(*object)};
        if (object->has("peppers")) {
            const auto peppers = object->getObject("peppers");
            if (!peppers) throw ArchiveRefused("the peppers are not named");
            head.peppers = peppersIn(*peppers);
        }
        const auto hosts = object->getArray("hosts");
        if (!hosts) throw ArchiveRefused("the hosts are missing");
        for (std::size_t i = 0; i < hosts->size(); ++i)
            head.hosts.push_back(
                take(domain::HostName::parse(hosts->getElement<std::string>(static_cast<unsigned>(i)))));
        advance();
        return head;
    });
}

std::optional<domain::ArchiveTable> ExportReader::table() {
    return checked([&]() -> std::optional<domain::ArchiveTable> {
        const auto object = objectIn(text_);
        if (object->has("end")) {
            checkEnd(*object);
            return std::nullopt;
        }
        table_ = {object->getValue<std::string>("table"), {}};
        const auto columns = object->getArray("columns");
        if (!columns) throw ArchiveRefused("the columns are missing");
        for (unsigned i = 0; i < columns->size(); ++i) {
            const auto pair = columns->getArray(i);
            if (!pair) throw ArchiveRefused("a column is not a name and a kind");
            table_.columns.push_back({pair->getElement<std::string>(0), kindNamed(pair->getElement<std::string>(1))});
        }
        advance();
        return table_;
    });
}

std::optional<domain::ArchiveCells> ExportReader::row() {
    if (!text_.starts_with('[')) return std::nullopt;
    return checked([&] {
        Poco::JSON::Parser parser;
        const auto array = parser.parse(text_).extract<JsonArray::Ptr>();
        if (array->size() != table_.columns.size()) throw ArchiveRefused("not as many values as columns");
        domain::ArchiveCells cells;
        for (unsigned i = 0; i < array->size(); ++i) cells.push_back(cell(array->get(i), table_.columns[i].kind));
        ++rows_;
        advance();
        return std::optional(std::move(cells));
    });
}

std::optional<std::string> ExportReader::cell(const Poco::Dynamic::Var& value, CellKind kind) const {
    if (value.isEmpty()) return std::nullopt;
    if (kind == CellKind::kInteger) {
        if (!value.isInteger()) throw ArchiveRefused("a value is no integer");
        return std::to_string(value.convert<std::int64_t>());
    }
    if (!value.isString()) throw ArchiveRefused("a value is no text");
    const auto text = value.extract<std::string>();
    return kind == CellKind::kBytes ? bytesIn(text) : text;
}

void ExportReader::checkEnd(const JsonObject& end) {
    if (end.getValue<std::int64_t>("rows") != static_cast<std::int64_t>(rows_))
        throw ArchiveRefused("the export was written with " + std::to_string(end.getValue<std::int64_t>("rows")) +
                             " rows and has " + std::to_string(rows_));
    if (std::getline(in_, text_)) throw ArchiveRefused("something follows the end");
}

void ExportReader::advance() {
    ++number_;
    if (!std::getline(in_, text_) || in_.eof()) refuse("the export ends too early: it is truncated");
}

void ExportReader::refuse(const std::string& why) const {
    throw ArchiveRefused(why.starts_with("line ") ? why : "line " + std::to_string(number_) + ": " + why);
}

}  // namespace claviger::cli
