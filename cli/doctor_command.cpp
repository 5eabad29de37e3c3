#include "cli/doctor_command.h"

#include <algorithm>

#include "cli/output.h"

namespace claviger::cli {
namespace {

using domain::Finding;
using domain::Findings;
using domain::Severity;

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
    if (!finding.mend.empty()) object.set("mend", finding.mend);
    return object;
}

std::string toText(const Finding& finding) {
    auto text = severityText(finding.severity) + std::string(9 - severityText(finding.severity).size(), ' ') +
                finding.check + ": " + finding.what + "\n";
    if (!finding.mend.empty()) text += "         " + finding.mend + "\n";
    return text;
}

Answer examine(Services& services) {
    auto findings = services.examine();
    // The worst last: it stands above the prompt.
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

}  // namespace

void addDoctorCommand(CLI::App& app, Verb& chosen) {
    addVerb(
        app, "doctor",
        "Examine the installation: files and their modes, the pepper, the database's settings, what each account may "
        "do, the schemas. Tells of each finding how to mend it, and changes nothing. Exit status 1 if one is serious.",
        "  claviger doctor\n  claviger doctor --json")
        ->callback([&chosen] { chosen = examine; });
}

}  // namespace claviger::cli
