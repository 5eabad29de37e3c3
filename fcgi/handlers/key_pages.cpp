#include "fcgi/handlers/key_pages.h"

namespace claviger::fcgi {
namespace {

using domain::ErrorCode;

Chrome chromeOf(const Services& services, const PersonCall& call) {
    return {call.actor.tenant().name, call.actor.user().email.text(), call.actor.user().id.text(),
            services.hasher.formToken(call.actor.tenant().id, call.session)};
}

std::string freshOnce() {
    return domain::secrets::Token<struct OnceKind>::generate().revealForCookie();
}

std::string meUrlOf(const Request& request) {
    return request.scheme + "://" + request.authority + "/v1/me";
}

Reply revealPage(const Services& services, const PersonCall& call, const domain::IssuedApiKey& issued, Reveal reveal) {
    return Response::page(
               200, services.pages.reveal({chromeOf(services, call), reveal, issued.key.name.text(),
                                           std::string(issued.fullKey.revealForResponse()), meUrlOf(call.request)}))
        .notBefore(issued.effectiveAt);
}

Reply alreadyShown(const Services& services, const PersonCall& call, const std::string& once) {
    return Response::page(
        textOf(Problem::kAlreadyShown).status,
        services.pages.alreadyShown({chromeOf(services, call), services.apiKeys.findByOnce(call.actor, once)}));
}

// Whether the create form shows this error, beside the typed name.
bool isForTheForm(ErrorCode code) {
    return code == ErrorCode::kNameRequired || code == ErrorCode::kNameTooLong || code == ErrorCode::kNameInvalid ||
           code == ErrorCode::kNameTaken || code == ErrorCode::kExpiryInvalid || code == ErrorCode::kKeyLimitReached ||
           code == ErrorCode::kTooManyChanges;
}

Reply refusedPage(const Refusal& refusal, std::string html) {
    auto page = Response::page(textOf(refusal.problem).status, std::move(html));
    if (refusal.retryAfter.count() > 0) page.header("Retry-After", std::to_string(refusal.retryAfter.count()));
    return page;
}

ExpiryChoice expiryChoiceOf(const Fields& form) {
    return {valueOf(form, "expires"), valueOf(form, "expiresOn")};
}

domain::Result<domain::KeyExpiry> expiryOf(const ExpiryChoice& choice) {
    if (choice.expires.empty()) return domain::KeyExpiry();
    if (choice.expires == "date") return domain::KeyExpiry::parse(choice.expiresOn);
    for (const int days : kLifetimes)
        if (choice.expires == std::to_string(days)) return domain::KeyExpiry::after(std::chrono::days{days});
    return ErrorCode::kExpiryInvalid;
}

// The form again, with what was typed and the error. It keeps its one-time value, since no key was made.
Reply newKeyAgain(const Services& services, const PersonCall& call, const domain::Error& error) {
    using Field = NewKeyPage::Field;
    const auto refusal = refusalOf(error);
    const auto field = error.code == ErrorCode::kExpiryInvalid ? Field::kExpiry : Field::kName;
    return refusedPage(refusal, services.pages.newKey({chromeOf(services, call), valueOf(call.form, "once"),
                                                       valueOf(call.form, "name"), expiryChoiceOf(call.form),
                                                       std::string(textOf(refusal.problem).text), field}));
}

// The confirmation again, with the reason why nothing was changed. It keeps its one-time value too.
Reply confirmAgain(const Services& services, const PersonCall& call, const domain::ApiKeyId& id,
                   const domain::Error& error) {
    const auto key = services.apiKeys.find(call.actor, id);
    if (!key.ok()) return refusalOf(key.error());
    const auto refusal = refusalOf(error);
    return refusedPage(refusal, services.pages.confirm({chromeOf(services, call), valueOf(call.form, "once"),
                                                        key.value(), std::string(textOf(refusal.problem).text)}));
}

Reply switchKeyByForm(const Services& services, const PersonCall& call, domain::ApiKeyService::Switching switching) {
    const auto id = domain::ApiKeyId::parse(call.parameters.front());
    if (!id) return Refusal{Problem::kKeyNotFound};
    const auto switched = (services.apiKeys.*switching)(call.actor, *id);
    if (!switched.ok()) return refusalOf(switched.error());
    return Response::redirect(303, "/settings/api-keys").notBefore(switched.value().effectiveAt);
}

}  // namespace

Reply goToKeys(const Services&, const Call&) {
    return Response::redirect(302, "/settings/api-keys");
}

Reply showKeys(const Services& services, const PersonCall& call) {
    const auto query = parseFields(call.request.query);
    const auto search = query ? valueOf(*query, "q") : std::string();
    return Response::page(
        200, services.pages.keys({chromeOf(services, call), services.apiKeys.list(call.actor), services.clock.now(),
                                  search, domain::kActiveKeyLimit, meUrlOf(call.request)}));
}

Reply showNewKey(const Services& services, const PersonCall& call) {
    return Response::page(200, services.pages.newKey({chromeOf(services, call), freshOnce()}));
}

Reply createKeyByForm(const Services& services, const PersonCall& call) {
    const auto once = valueOf(call.form, "once");
    if (once.empty()) return Refusal{Problem::kCrossOrigin, {}, "a form without its one-time value"};
    const auto name = domain::KeyName::parse(valueOf(call.form, "name"));
    if (!name.ok()) return newKeyAgain(services, call, name.error());

    const auto expiry = expiryOf(expiryChoiceOf(call.form));
    if (!expiry.ok()) return newKeyAgain(services, call, expiry.error());

    const auto issued = services.apiKeys.create(call.actor, {name.value(), expiry.value()}, once);
    if (issued.ok()) return revealPage(services, call, issued.value(), Reveal::kCreated);
    if (issued.error().code == ErrorCode::kAlreadyShown) return alreadyShown(services, call, once);
    if (isForTheForm(issued.error().code)) return newKeyAgain(services, call, issued.error());
    return refusalOf(issued.error());
}

Reply confirmRegenerate(const Services& services, const PersonCall& call) {
    const auto id = domain::ApiKeyId::parse(call.parameters.front());
    if (!id) return Refusal{Problem::kKeyNotFound};
    const auto key = services.apiKeys.find(call.actor, *id);
    if (!key.ok()) return refusalOf(key.error());
    return Response::page(200, services.pages.confirm({chromeOf(services, call), freshOnce(), key.value(), ""}));
}

Reply regenerateKeyByForm(const Services& services, const PersonCall& call) {
    const auto once = valueOf(call.form, "once");
    if (once.empty()) return Refusal{Problem::kCrossOrigin, {}, "a form without its one-time value"};
    const auto id = domain::ApiKeyId::parse(call.parameters.front());
    if (!id) return Refusal{Problem::kKeyNotFound};

    const auto issued = services.apiKeys.regenerate(call.actor, *id, once);
    if (issued.ok()) return revealPage(services, call, issued.value(), Reveal::kRegenerated);
    if (issued.error().code == ErrorCode::kAlreadyShown) return alreadyShown(services, call, once);
    if (issued.error().code == ErrorCode::kTooManyChanges) return confirmAgain(services, call, *id, issued.error());
    return refusalOf(issued.error());
}

Reply disableKeyByForm(const Services& services, const PersonCall& call) {
    return switchKeyByForm(services, call, &domain::ApiKeyService::disable);
}

Reply enableKeyByForm(const Services& services, const PersonCall& call) {
    return switchKeyByForm(services, call, &domain::ApiKeyService::enable);
}

}  // namespace claviger::fcgi
