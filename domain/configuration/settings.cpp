#include "domain/configuration/settings.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <string_view>
#include <system_error>
#include <vector>

#include "domain/base/spelling.h"
#include "domain/secrets/one_line_secret.h"
#include "domain/secrets/password.h"

namespace claviger::domain {
namespace {

namespace fs = std::filesystem;

using Cost = secrets::PasswordCost;

constexpr std::string_view kEnvironmentPrefix = "CLAVIGER_";
constexpr std::string_view kLauncherVariable = "CLAVIGER_VAR";  // belongs to the launcher, not to the service

constexpr unsigned kHighestPort = 65535;

constexpr std::string_view kOff = "off";

// One value of the file or the environment. `where` is its place, for the error text; relative paths start at `folder`.
struct Given {
    std::string_view value;
    std::string where;
    fs::path folder;
};

using Setter = std::function<void(Settings&, const Given&)>;

struct Known {
    std::string name;
    Setter set;
};

std::string_view trim(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r";
    const auto first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

unsigned readNumber(const Given& given, unsigned least, unsigned most) {
    unsigned number = 0;
    const char* const end = given.value.data() + given.value.size();
    const auto [stop, failed] = std::from_chars(given.value.data(), end, number);
    if (failed != std::errc() || stop != end || number < least || number > most)
        throw BadConfiguration(given.where + " must be a whole number from " + std::to_string(least) + " to " +
                               std::to_string(most) + ", not \"" + std::string(given.value) + "\"");
    return number;
}

template <class Part>
Setter text(Part Settings::*part, std::string Part::*field) {
    return [=](Settings& settings, const Given& given) { settings.*part.*field = given.value; };
}

// HOST, HOST:PORT, IPV6, [IPV6] or [IPV6]:PORT.
Settings::Server readServer(std::string_view text, const Given& given) {
    const bool bracketed = text.starts_with('[');
    const bool withPort =
        bracketed ? text.find("]:") != std::string_view::npos : std::count(text.begin(), text.end(), ':') == 1;
    auto host = withPort ? text.substr(0, text.rfind(':')) : text;
    std::optional<unsigned> port;
    if (withPort) {
        const auto what = given.where + ": the port of \"" + std::string(text) + "\"";
        port = readNumber({text.substr(text.rfind(':') + 1), what, given.folder}, 1, kHighestPort);
    }
    if (bracketed && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host.empty() || host.find_first_of("[]/ \t") != std::string_view::npos)
        throw BadConfiguration(given.where + " must be HOST or HOST:PORT, or several with commas between, not \"" +
                               std::string(given.value) + "\"");
    return {std::string(host), port};
}

template <class Field>
Setter servers(Field field) {
    return [=](Settings& settings, const Given& given) {
        auto& all = std::invoke(field, settings);
        all.clear();
        auto rest = given.value;
        while (!given.value.empty()) {
            const auto comma = rest.find(',');
            all.push_back(readServer(trim(rest.substr(0, comma)), given));
            if (comma == std::string_view::npos) return;
            rest.remove_prefix(comma + 1);
        }
    };
}

template <class Field>
Setter path(Field field) {
    return [=](Settings& settings, const Given& given) {
        std::invoke(field, settings) =
            given.value.empty() ? fs::path() : (given.folder / given.value).lexically_normal();
    };
}

Settings::Tls readTls(const Given& given) {
    if (given.value == "required") return Settings::Tls::kRequired;
    if (given.value == "off") return Settings::Tls::kOff;
    throw BadConfiguration(given.where + " must be required or off, not \"" + std::string(given.value) + "\"");
}

template <class Field>
Setter number(Field field, unsigned least, unsigned most) {
    return
        [=](Settings& settings, const Given& given) { std::invoke(field, settings) = readNumber(given, least, most); };
}

// A number as above, or "off".
template <class Field>
Setter numberOrOff(Field field, unsigned least, unsigned most) {
    return [=](Settings& settings, const Given& given) {
        auto& number = std::invoke(field, settings);
        number.reset();
        if (given.value != kOff)
            number = readNumber({given.value, given.where + ", where not \"off\",", {}}, least, most);
    };
}

const std::vector<Known>& knownSettings() {
    using S = Settings;
    static const std::vector<Known> kKnown = {
        {"database.socket", path([](S & s) -> auto& { return s.database.socket; })},
        {"database.host", servers([](S & s) -> auto& { return s.database.hosts; })},
        {"database.port", number(
                              [](S & s) -> auto& { return s.database.port; }, 1, kHighestPort)},
        {"database.timeout_seconds", number(
                                         [](S & s) -> auto& { return s.database.timeoutSeconds; }, 1, 60)},
        {"database.tls", [](S& s, const Given& given) { s.database.tls = readTls(given); }},
        {"database.tls_ca", path([](S & s) -> auto& { return s.database.tlsCa; })},
        {"database.tls_cert", path([](S & s) -> auto& { return s.database.tlsCert; })},
        {"database.tls_key", path([](S & s) -> auto& { return s.database.tlsKey; })},
        {"database.worker_user", text(&S::database, &S::Database::workerUser)},
        {"database.worker_password_file", path([](S & s) -> auto& { return s.database.workerPasswordFile; })},
        {"database.tool_user", text(&S::database, &S::Database::toolUser)},
        {"database.tool_password_file", path([](S & s) -> auto& { return s.database.toolPasswordFile; })},
        {"database.prune_user", text(&S::database, &S::Database::pruneUser)},
        {"database.prune_password_file", path([](S & s) -> auto& { return s.database.prunePasswordFile; })},
        {"fcgi.socket", path([](S & s) -> auto& { return s.fcgi.socket; })},
        {"fcgi.user", text(&S::fcgi, &S::Fcgi::user)},
        {"fcgi.workers", number(
                             [](S & s) -> auto& { return s.fcgi.workers; }, 0, 256)},
        {"fcgi.threads", number(
                             [](S & s) -> auto& { return s.fcgi.threads; }, 1, 256)},
        {"verify.cache_keys", number(
                                  [](S & s) -> auto& { return s.verify.cacheKeys; }, 0, 10'000'000)},
        {"keys.cache_lists", number(
                                 [](S & s) -> auto& { return s.keys.cacheLists; }, 0, 1'000'000)},
        {"passwords.memory_mib",
         number(
             [](S & s) -> auto& { return s.passwords.memoryMib; }, Cost::kLeastMiB, Cost::kMostMiB)},
        {"passwords.passes",
         number(
             [](S & s) -> auto& { return s.passwords.passes; }, Cost::kLeastPasses, Cost::kMostPasses)},
        {"limits.changes", numberOrOff(
                               [](S & s) -> auto& { return s.limits.changes; }, 1, 1'000'000)},
        {"pepper.file", path(&S::pepperFile)},
        {"pepper.other_file", path(&S::pepperOtherFile)},
        {"run.folder", path(&S::runFolder)},
        {"templates.folder", path(&S::templatesFolder)},
        {"migrations.folder", path(&S::migrationsFolder)},
    };
    return kKnown;
}

std::string variableOf(std::string name) {
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
        return c == '.' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
    });
    return std::string(kEnvironmentPrefix) + name;
}

constexpr std::size_t kSlip = 4;  // the largest edit distance that counts as a misspelling of a setting

using Spelling = std::function<std::string(const std::string&)>;  // a setting's name as the file or environment has it

const Known& find(const std::string& given, const Spelling& spell, const std::string& where) {
    const auto& known = knownSettings();
    const auto nearer = [&](const Known& a, const Known& b) {
        return editDistance(spell(a.name), given) < editDistance(spell(b.name), given);
    };
    const auto& nearest = *std::min_element(known.begin(), known.end(), nearer);
    const auto name = spell(nearest.name);
    if (name == given) return nearest;
    const auto unknown = where + ": there is no setting \"" + given + "\"; ";
    if (editDistance(name, given) <= kSlip) throw BadConfiguration(unknown + "did you mean \"" + name + "\"?");
    std::string all;
    for (const auto& one : known) all += (all.empty() ? "" : ", ") + spell(one.name);
    throw BadConfiguration(unknown + "there are: " + all);
}

void readFile(Settings& settings, const fs::path& file) {
    std::ifstream in(file);
    std::error_code wrong(in ? 0 : errno, std::generic_category());
    if (in && fs::is_directory(file)) wrong = std::make_error_code(std::errc::is_a_directory);  // ifstream opens it too
    if (wrong)
        throw UnreadableConfiguration("the configuration " + file.string() + " cannot be read: " + wrong.message());

    const auto folder = fs::absolute(file).parent_path();
    std::set<std::string> seen;
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
        const auto content = trim(line);
        if (content.empty() || content.front() == '#') continue;

        const auto where = file.string() + ":" + std::to_string(number);
        const auto equals = content.find('=');
        if (equals == std::string_view::npos) throw BadConfiguration(where + ": a line has the form name = value");
        const std::string name(trim(content.substr(0, equals)));
        const auto& known = find(
            name, [](const std::string& n) { return n; }, where);
        if (!seen.insert(name).second)
            throw BadConfiguration(where + ": " + name + " is set twice; keep one of the two");
        known.set(settings, {trim(content.substr(equals + 1)), where + ": " + name, folder});
    }
}

void readEnvironment(Settings& settings, const Settings::Environment& environment) {
    for (const auto& [variable, value] : environment) {
        if (!variable.starts_with(kEnvironmentPrefix) || variable == kLauncherVariable) continue;
        find(variable, variableOf, "environment").set(settings, {value, variable, fs::current_path()});
    }
}

}  // namespace

Settings Settings::load(const fs::path& file, const Environment& environment) {
    Settings settings;
    readFile(settings, file);
    readEnvironment(settings, environment);
    return settings;
}

Settings::Environment currentEnvironment() {
    Settings::Environment variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view pair(*entry);
        const auto equals = pair.find('=');
        if (equals != std::string_view::npos) variables.emplace(pair.substr(0, equals), pair.substr(equals + 1));
    }
    return variables;
}

std::string readSecretFile(const fs::path& file, const std::string& setting) {
    if (file.empty()) throw BadConfiguration(setting + " is not set: it names the file that holds the secret");
    const auto refuse = [&](const Error& error) {
        throw BadSecret(setting + ": " + file.string() + ": " + error.detail);
    };
    if (const auto closed = secrets::OneLineSecret::requirePrivate(file); !closed.ok()) refuse(closed.error());
    const auto secret = secrets::OneLineSecret::load(file);
    if (!secret.ok()) refuse(secret.error());
    return secret.value().reveal();
}

}  // namespace claviger::domain
