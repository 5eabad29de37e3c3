#include "domain/doctor/guard_checks.h"

#include <array>
#include <string_view>
#include <vector>

namespace claviger::domain {
namespace {

constexpr auto kMethods = std::to_array<std::string_view>({"HEAD", "POST", "PUT", "DELETE", "OPTIONS"});
constexpr auto kBelow = std::to_array<std::string_view>({"x.php", "x.css", "x.jpg", "x.html"});

bool isRefusal(int status) {
    return status == 401 || status == 403;
}

bool isSuccess(int status) {
    return status >= 200 && status < 300;
}

bool isRedirect(int status) {
    return status >= 300 && status < 400;
}

std::string textOf(Credential credential) {
    switch (credential) {
        case Credential::kNone:
            return "no key";
        case Credential::kMalformed:
            return "a malformed key";
        case Credential::kDead:
            return "a dead key";
        case Credential::kLive:
            break;
    }
    return "the living key";
}

std::string textOf(const GuardProbe& probe) {
    const std::string path = probe.below.empty() ? "" : " of " + probe.below + " below it";
    return probe.method + path + " with " + textOf(probe.credential);
}

std::string textOf(const GuardAnswer& answer) {
    if (answer.status == 0) return "there is no answer: " + answer.noAnswer;
    const auto status = "got " + std::to_string(answer.status);
    return answer.redirect.empty() ? status : status + " to " + answer.redirect;
}

// The fix for a request without an active key that got this response.
std::string mendOf(const GuardProbe& probe, const GuardAnswer& answer) {
    if (answer.status == 0) return "See that the address is right and its server runs.";
    if (answer.status == 429) return "A limit answered before the guard: run this again later.";
    if (answer.status >= 500)
        return "The guard is broken or the server around it is: its error log has the reason. Nothing can be said of "
               "the door.";
    if (isRedirect(answer.status))
        return "The request was answered before the guard, or let in. If the address only leads to another, check that "
               "one.";
    if (!probe.below.empty())
        return "Another location takes such paths: write \"location ^~\" for the guarded one, and guard what is beside "
               "it.";
    if (probe.credential != Credential::kNone || probe.method != "GET")
        return "Look for a cache, a \"satisfy any\" or a limit_except around the guard. Include the snippet first in "
               "the server.";
    return "Write auth_request /_claviger_guard; in that location, and include the snippet before each rewrite, if and "
           "return. "
           "If the server answers refusals with a page of its own, let that page keep the status.";
}

// One check: sends its requests in order, and keeps the worst finding.
class Check {
public:
    Check(std::string name, std::string good, const GuardProber& ask) : ask_(ask) {
        finding_ = {Severity::kGood, std::move(name), std::move(good)};
    }

    void ask(const GuardProbe& probe) {
        const auto answer = ask_(probe);
        if (probe.credential == Credential::kLive) return judgeLive(probe, answer);
        if (isRefusal(answer.status)) return;
        if (probe.method == "OPTIONS" && isSuccess(answer.status))
            return report(Severity::kWarning, probe, answer,
                          "Right where browsers of other sites may ask first; they send no key then.");
        report(Severity::kSerious, probe, answer, mendOf(probe, answer));
    }

    Finding take() { return std::move(finding_); }

private:
    void judgeLive(const GuardProbe& probe, const GuardAnswer& answer) {
        if (answer.status == 0 || isRefusal(answer.status))
            return report(Severity::kSerious, probe, answer,
                          "See that the key lives, that $claviger_host is its tenant's host, and that Claviger runs.");
        if (answer.status >= 500)
            report(Severity::kWarning, probe, answer,
                   "The guard or the application behind it is broken: see the error log.");
    }

    void report(Severity severity, const GuardProbe& probe, const GuardAnswer& answer, const std::string& mend) {
        if (severity < finding_.severity) return;
        const bool first = finding_.mend.empty() || severity > finding_.severity;
        const auto what = textOf(probe) + " " + textOf(answer);
        if (!first && finding_.what.find(what) != std::string::npos) return;
        finding_.what = first ? what : finding_.what + "; " + what;
        if (first) finding_.mend = mend;
        finding_.severity = severity;
    }

    const GuardProber& ask_;
    Finding finding_;
};

}  // namespace

Findings checkGuard(const GuardProber& ask, bool withLive) {
    if (const auto first = ask({Credential::kNone}); first.status == 0)
        return {{Severity::kSerious, "guard_address", textOf(first), mendOf({}, first)}};

    Check without("guard_without_key", "requests without a key are refused", ask);
    Check wrong("guard_wrong_key", "malformed and dead keys are refused", ask);
    Check live("guard_living_key", "the living key is let in", ask);
    for (const bool asBearer : {false, true}) {
        without.ask({Credential::kNone});
        wrong.ask({Credential::kMalformed, "GET", "", asBearer});
        wrong.ask({Credential::kDead, "GET", "", asBearer});
        if (withLive) live.ask({Credential::kLive, "GET", "", asBearer});
    }
    without.ask({Credential::kNone});
    wrong.ask({Credential::kDead});

    Check methods("guard_methods", "other methods are refused without a key", ask);
    for (const auto method : kMethods) methods.ask({Credential::kNone, std::string(method)});
    Check paths("guard_paths", "paths that other locations often take are refused without a key", ask);
    for (const auto below : kBelow) paths.ask({Credential::kNone, "GET", std::string(below)});

    Findings findings{without.take(), wrong.take()};
    if (withLive) findings.push_back(live.take());
    findings.push_back(methods.take());
    findings.push_back(paths.take());
    return findings;
}

}  // namespace claviger::domain
