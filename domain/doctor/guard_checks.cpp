#include "domain/doctor/guard_checks.h"

#include <array>
#include <set>
#include <string_view>
#include <vector>

namespace claviger::domain {
namespace {

constexpr auto kMethods = std::to_array<std::string_view>({"HEAD", "POST", "PUT", "DELETE", "OPTIONS"});
constexpr auto kBelow = std::to_array<std::string_view>({"x.php", "x.css", "x.jpg", "x.html"});

constexpr auto kSeeWithoutKey = "See guard_without_key: fix that first, then run this again.";

// Why a right key got 403. Claviger answers 401 to a missing key before it looks for the tenant.
constexpr auto kUnreached =
    "Usually nginx could not reach Claviger: the path of its socket or its address is wrong, nginx's account may not "
    "open the socket, or Claviger does not run. See nginx's error log.";
constexpr auto kNoTenant =
    "Claviger was reached. Either no tenant has the host $claviger_host, or that tenant is suspended, or Claviger "
    "cannot read its database: see its log.";

bool isRefusal(int status) {
    return status == 401 || status == 403;
}

bool isSuccess(int status) {
    return status >= 200 && status < 300;
}

bool isRedirect(int status) {
    return status >= 300 && status < 400;
}

// Whether the request passed the guard, or was answered before it. A missing response, a limit and a broken server are
// neither.
bool isLetIn(int status) {
    return status != 0 && status != 429 && status < 500 && !isRefusal(status);
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
    return "the active key";
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
std::string fixOf(const GuardProbe& probe, const GuardAnswer& answer) {
    if (answer.status == 0) return "See that the address is right and its server runs.";
    if (answer.status == 429) return "A limit answered before the guard: run this again later.";
    if (answer.status >= 500)
        return "The guard is broken or the server around it is: its error log has the reason. Nothing can be said of "
               "the door.";
    if (isRedirect(answer.status))
        return "The request was answered before the guard, by a \"return\" or \"rewrite\", or let in. If the address "
               "only leads to another, check that one.";
    if (!probe.below.empty())
        return "Another location takes such paths: write \"location ^~\" for the guarded one, and guard what is beside "
               "it.";
    if (probe.credential != Credential::kNone || probe.method != "GET")
        return "Look for a cache, a \"satisfy any\", a limit_except or an \"if\" with a \"return\" around the guard. "
               "Include the snippet first in the server.";
    return "Write auth_request /_claviger_guard; in that location. Take \"return\", \"rewrite … break\", \"try_files\" "
           "and \"satisfy any\" out of it: they act before the guard or beside it. Include the snippet before each "
           "rewrite, if and return of the server. If the server answers refusals with a page of its own, let that page "
           "keep the status.";
}

const char* fixOfClosed(const GuardAnswer& first) {
    return first.status == 401 ? kNoTenant : kUnreached;
}

// One check: sends its requests in order, and keeps the worst finding.
class Check {
public:
    // `first` is the response to the plain request without a key. If that request was let in, the same fault lets the
    // others in: findings on them then refer to the first one.
    Check(std::string name, std::string good, const GuardProber& ask, const GuardAnswer& first)
        : ask_(ask), first_(first) {
        finding_ = {Severity::kGood, std::move(name), std::move(good)};
    }

    void ask(const GuardProbe& probe) {
        const auto answer = ask_(probe);
        if (probe.credential == Credential::kLive) return judgeLive(probe, answer);
        if (isRefusal(answer.status)) return;
        if (probe.method == "OPTIONS" && isSuccess(answer.status))
            return report(Severity::kWarning, probe, answer,
                          "Right where browsers of other sites may ask first; they send no key then.");
        const bool plain = probe.credential == Credential::kNone && probe.method == "GET" && probe.below.empty();
        const bool explained = !plain && isLetIn(first_.status) && isLetIn(answer.status);
        report(Severity::kSerious, probe, answer, explained ? kSeeWithoutKey : fixOf(probe, answer));
    }

    Finding take() { return std::move(finding_); }

private:
    void judgeLive(const GuardProbe& probe, const GuardAnswer& answer) {
        if (answer.status == 0) return report(Severity::kSerious, probe, answer, fixOf(probe, answer));
        if (answer.status == 401)
            return report(Severity::kSerious, probe, answer,
                          "The key is dead or another tenant's: compare $claviger_host with its tenant's hosts.");
        if (answer.status == 403) return report(Severity::kSerious, probe, answer, fixOfClosed(first_));
        if (answer.status >= 500)
            report(Severity::kWarning, probe, answer,
                   "The guard or the application behind it is broken: see the error log.");
    }

    void report(Severity severity, const GuardProbe& probe, const GuardAnswer& answer, const std::string& fix) {
        if (severity < finding_.severity) return;
        const bool first = finding_.fix.empty() || severity > finding_.severity;
        const auto what = textOf(probe) + " " + textOf(answer);
        if (!first && finding_.what.find(what) != std::string::npos) return;
        finding_.what = first ? what : finding_.what + "; " + what;
        if (first) finding_.fix = fix;
        finding_.severity = severity;
    }

    const GuardProber& ask_;
    const GuardAnswer& first_;
    Finding finding_;
};

Finding closed(const GuardAnswer& first) {
    return {
        Severity::kWarning, "guard_closed",
        "a dead key got 403. Claviger refuses one with 401, so probably no client gets in, not even with an active key",
        fixOfClosed(first) + std::string(" With --key-file this shows whether an active key gets in.")};
}

}  // namespace

Findings checkGuard(const GuardProber& prober, bool withLive) {
    std::set<int> toDead;  // the statuses that a dead key got
    const GuardProber ask = [&](const GuardProbe& probe) {
        auto answer = prober(probe);
        if (probe.credential == Credential::kDead) toDead.insert(answer.status);
        return answer;
    };
    const auto first = ask({Credential::kNone});
    if (first.status == 0) return {{Severity::kSerious, "guard_address", textOf(first), fixOf({}, first)}};

    Check without("guard_without_key", "requests without a key are refused", ask, first);
    Check wrong("guard_wrong_key", "malformed and dead keys are refused", ask, first);
    Check live("guard_active_key", "the active key is let in", ask, first);
    for (const bool asBearer : {false, true}) {
        without.ask({Credential::kNone});
        wrong.ask({Credential::kMalformed, "GET", "", asBearer});
        wrong.ask({Credential::kDead, "GET", "", asBearer});
        if (withLive) live.ask({Credential::kLive, "GET", "", asBearer});
    }
    without.ask({Credential::kNone});
    wrong.ask({Credential::kDead});

    Check methods("guard_methods", "other methods are refused without a key", ask, first);
    for (const auto method : kMethods) methods.ask({Credential::kNone, std::string(method)});
    Check paths("guard_paths", "paths that other locations often take are refused without a key", ask, first);
    for (const auto below : kBelow) paths.ask({Credential::kNone, "GET", std::string(below)});

    Findings findings{without.take(), wrong.take()};
    if (withLive) findings.push_back(live.take());
    findings.push_back(methods.take());
    findings.push_back(paths.take());
    if (!withLive && toDead == std::set{403}) findings.push_back(closed(first));
    return findings;
}

}  // namespace claviger::domain
