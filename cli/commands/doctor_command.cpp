#include "cli/commands/doctor_command.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "cli/commands/guard_probe.h"
#include "cli/frame/failure.h"
#include "cli/frame/output.h"
#include "domain/doctor/guard_checks.h"
#include "domain/secrets/one_line_secret.h"
#include "domain/secrets/plain_key.h"

namespace claviger::cli {
namespace {

using domain::Finding;
using domain::Findings;
using domain::Severity;
namespace secrets = domain::secrets;

std::string severityText(Severity severity) {
    switch (severity) {
        case Severity::kGood:
            return "ok";
        case Severity::kWarning:
            return "warning";
        case Severity::kSerious:
            break;
    }
    return "serious";
}

JsonObject toJson(const Finding& finding) {
    auto object =
        jsonObject({{"severity", severityText(finding.severity)}, {"check", finding.check}, {"message", finding.what}});
    if (!finding.fix.empty()) object.set("fix", finding.fix);
    return object;
}

std::string toText(const Finding& finding) {
    auto text = severityText(finding.severity) + std::string(9 - severityText(finding.severity).size(), ' ') +
                finding.check + ": " + finding.what + "\n";
    if (!finding.fix.empty()) text += "         " + finding.fix + "\n";
    return text;
}

Answer answerOf(domain::Findings findings) {
    // The most serious finding comes last, so that it is next to the shell's prompt.
    std::stable_sort(findings.begin(), findings.end(),
                     [](const Finding& a, const Finding& b) { return a.severity < b.severity; });
    Answer answer;
    JsonArray array;
    for (const auto& finding : findings) {
        answer.text += toText(finding);
        array.add(toJson(finding));
    }
    const auto count = [&](Severity severity) {
        return std::count_if(findings.begin(), findings.end(),
                             [&](const Finding& finding) { return finding.severity == severity; });
    };
    const auto serious = count(Severity::kSerious);
    const auto warnings = count(Severity::kWarning);
    answer.text += std::to_string(serious) + " serious, " + std::to_string(warnings) + " to think about, " +
                   std::to_string(count(Severity::kGood)) + " as they should be\n";
    answer.document = jsonObject({{"findings", array}, {"serious", serious}, {"warnings", warnings}});
    if (serious > 0) answer.status = ExitStatus::kFailed;
    return answer;
}

struct GuardOptions {
    std::string url;
    std::string keyFile;
    std::string authorities;
};

secrets::PlainKey readKey(const std::string& file) {
    const auto refuse = [&](const std::string& why) { return usageFailure("--key-file: " + file + ": " + why); };
    const auto isPrivate = secrets::OneLineSecret::requirePrivate(file);
    if (!isPrivate.ok()) throw refuse(isPrivate.error().detail);
    const auto text = secrets::OneLineSecret::load(file);
    if (!text.ok()) throw refuse(text.error().detail);
    auto key = secrets::PlainKey::parse(text.value().reveal());
    if (!key) throw refuse("it holds no whole API key");
    return std::move(*key);
}

Answer examineGuard(const GuardOptions& options) {
    auto key = options.keyFile.empty() ? std::nullopt : std::optional(readKey(options.keyFile));
    const bool withLive = key.has_value();
    const GuardClient client(options.url, std::move(key), options.authorities);
    return answerOf(domain::checkGuard([&](const domain::GuardProbe& probe) { return client.ask(probe); }, withLive));
}

}  // namespace

void addDoctorCommand(CLI::App& app, Verb& chosen) {
    auto* const verb = addVerb(
        app, "doctor",
        "Examine the installation: files and their modes, the pepper, the database's settings, what each account may "
        "do, the schemas. Tells of each finding how to fix it, and changes nothing. Exit status 1 if one is serious. "
        "With --guard it examines a guarded address from outside instead, on any machine and without a configuration.",
        "  claviger doctor\n  claviger doctor --json\n"
        "  claviger doctor --guard https://www.example.com/reports/ --key-file key.txt");
    const auto options = std::make_shared<GuardOptions>();
    auto* const guard =
        verb->add_option("--guard", options->url,
                         "Request this address without a key and with wrong ones, and name what is let in")
            ->type_name("URL");
    verb->add_option("--key-file", options->keyFile, "A file of mode 600 with an active key, which must be let in")
        ->type_name("FILE")
        ->needs(guard);
    verb->add_option("--tls-ca", options->authorities,
                     "Certificates of authorities in PEM that the address may have besides the system's")
        ->type_name("FILE")
        ->needs(guard);
    verb->callback([&chosen, options, guard] {
        chosen = [options, ofGuard = guard->count() > 0](Services& services) {
            return ofGuard ? examineGuard(*options) : answerOf(services.examine());
        };
    });
}

}  // namespace claviger::cli
