#include <algorithm>

#include "fcgi/views/layout.h"
#include "fcgi/views/templates.h"
#include "templates/already_shown.tpl.varnames.h"
#include "templates/confirm.tpl.varnames.h"
#include "templates/confirm_form.tpl.varnames.h"
#include "templates/keys.tpl.varnames.h"
#include "templates/new_key.tpl.varnames.h"
#include "templates/new_key_form.tpl.varnames.h"
#include "templates/reveal.tpl.varnames.h"
#include "templates/revealed_key.tpl.varnames.h"

// The pages about API keys. Create, confirm and reveal each have one template. It serves as a page of its own, and as a
// dialog on the page of the keys.
namespace claviger::fcgi {
namespace {

using ctemplate::TemplateDictionary;
using domain::ApiKey;

constexpr std::size_t kSearchFrom = 8;  // fewer keys need no search

// "2026-11-23 16:02 UTC", for readers without JavaScript.
std::string readable(std::string iso) {
    iso[10] = ' ';
    return iso.replace(16, std::string::npos, " UTC");
}

// What the key's policy says about it, at `now` or, for a page that shows no state, without it.
void setPolicy(TemplateDictionary& row, const ApiKey& key, const std::optional<domain::Timestamp>& now) {
    const bool isLocked = key.disabled && key.disabled->by == domain::KeyParty::kOperator;
    row.ShowSection(isLocked ? kk_LOCKED : kk_UNLOCKED);
    row.SetValue(kk_SWITCH, key.disabled ? "enable" : "disable");
    if (!isLocked) row.ShowSection(key.disabled ? kk_DISABLED : kk_ENABLED);
    if (!key.expiresAt) return;
    row.ShowSection(kk_EXPIRING);
    if (!now) return;
    const auto expiresAt = domain::iso8601(*key.expiresAt);
    row.SetValue(kk_EXPIRES_AT, expiresAt);
    row.SetValue(kk_EXPIRES, readable(expiresAt));
    row.ShowSection(*now >= *key.expiresAt ? kk_EXPIRED : kk_EXPIRES_LATER);
}

void setRow(TemplateDictionary& row, const ApiKey& key) {
    row.SetValue(kk_ID, key.id.text());
    row.SetValue(kk_NAME, key.name.text());
    row.SetValue(kk_MASKED_KEY, key.maskedKey());
    const auto createdAt = domain::iso8601(key.createdAt);
    row.SetValue(kk_CREATED_AT, createdAt);
    row.SetValue(kk_CREATED, readable(createdAt));
    row.ShowSection(key.lastUsedAt ? kk_USED : kk_NEVER_USED);
    if (!key.lastUsedAt) return;
    const auto lastUsedAt = domain::iso8601(*key.lastUsedAt);
    row.SetValue(kk_LAST_USED_AT, lastUsedAt);
    row.SetValue(kk_LAST_USED, readable(lastUsedAt));
    const auto caller = domain::programOf(key.lastCaller.userAgent);
    row.SetValue(kk_CALLER_NAME, caller);
    if (!caller.empty()) row.ShowSection(kk_CALLER);
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool contains(const std::string& text, const std::string& part) {
    return std::search(text.begin(), text.end(), part.begin(), part.end(),
                       [](char a, char b) { return lower(a) == lower(b); }) != text.end();
}

void addOption(TemplateDictionary& form, const std::string& value, const std::string& label,
               const std::string& chosen) {
    auto* option = form.AddSectionDictionary(knkf_OPTION);
    option->SetValue(knkf_VALUE, value);
    option->SetValue(knkf_LABEL, label);
    if (value == chosen) option->ShowSection(knkf_SELECTED);
}

void setExpiry(TemplateDictionary& form, const ExpiryChoice& choice) {
    addOption(form, "", "Never", choice.expires);
    for (const int days : kLifetimes)
        addOption(form, std::to_string(days), days == 365 ? "In 1 year" : "In " + std::to_string(days) + " days",
                  choice.expires);
    addOption(form, "date", "On a date", choice.expires);
    form.SetValue(knkf_EXPIRES_ON, choice.expiresOn);
    if (!choice.expires.empty()) form.ShowSection(knkf_EXPIRES);
}

void addDialogs(TemplateDictionary& content, const std::string& meUrl) {
    auto* create = content.AddIncludeDictionary(kk_NEW_KEY_FORM);
    create->SetFilename("new_key_form.tpl");
    create->ShowSection(knkf_DIALOG);
    setExpiry(*create, {});
    auto* confirm = content.AddIncludeDictionary(kk_CONFIRM_FORM);
    confirm->SetFilename("confirm_form.tpl");
    confirm->ShowSection(kcf_DIALOG);
    auto* reveal = content.AddIncludeDictionary(kk_REVEALED_KEY);
    reveal->SetFilename("revealed_key.tpl");
    reveal->ShowSection(krk_DIALOG);
    reveal->ShowSection(krk_CREATED);
    reveal->ShowSection(krk_REGENERATED);
    reveal->SetValue(krk_ME_URL, meUrl);
}

std::string titleOf(const KeysPage& view) {
    return view.search.empty() ? "API Keys" : "“" + view.search + "” in API Keys";
}

}  // namespace

std::string Pages::keys(const KeysPage& view) const {
    Layout page(titleOf(view), view.chrome, "keys.tpl");
    auto& content = page.content();
    const auto total = view.keys.size();
    std::size_t shown = 0;
    for (const auto& key : view.keys) {
        if (!contains(key.name.text(), view.search)) continue;
        if (shown++ == 0) content.ShowSection(kk_TABLE);
        auto& row = *content.AddSectionDictionary(kk_KEY);
        setRow(row, key);
        setPolicy(row, key, view.now);
    }
    content.SetValue(kk_NOW, domain::iso8601(view.now));
    content.SetIntValue(kk_SHOWN, static_cast<long>(shown));
    content.SetIntValue(kk_TOTAL, static_cast<long>(total));
    content.SetIntValue(kk_MOST, static_cast<long>(view.limit));
    content.SetValue(kk_SEARCHED, view.search);
    if (total >= kSearchFrom || !view.search.empty()) content.ShowSection(kk_SEARCH);
    if (!view.search.empty()) content.ShowSection(kk_CLEAR);
    if (total >= view.limit) content.ShowSection(kk_LIMIT);
    if (total == 0) content.ShowSection(kk_NO_KEYS);
    if (total > 0 && shown == 0) content.ShowSection(kk_NO_MATCH);
    addDialogs(content, view.meUrl);
    return templates_->expand(page);
}

std::string Pages::newKey(const NewKeyPage& view) const {
    const bool isWrong = !view.error.empty();
    Layout page(isWrong ? "Error: Create API Key" : "Create API Key", view.chrome, "new_key.tpl");
    auto* form = page.content().AddIncludeDictionary(knk_NEW_KEY_FORM);
    form->SetFilename("new_key_form.tpl");
    form->ShowSection(knkf_PAGE);
    form->SetValue(knkf_ONCE, view.once);
    form->SetValue(knkf_NAME, view.name);
    setExpiry(*form, view.expiry);
    const bool isExpiryWrong = isWrong && view.errorAt == NewKeyPage::Field::kExpiry;
    form->SetValue(isExpiryWrong ? knkf_EXPIRY_ERROR_TEXT : knkf_ERROR_TEXT, view.error);
    if (isExpiryWrong) form->ShowSection(knkf_EXPIRES);
    if (isWrong) form->ShowSection(isExpiryWrong ? knkf_EXPIRY_INVALID : knkf_INVALID);
    return templates_->expand(page);
}

std::string Pages::reveal(const RevealPage& view) const {
    const bool created = view.reveal == Reveal::kCreated;
    Layout page(created ? "API Key Created!" : "Key Regenerated!", view.chrome, "reveal.tpl");
    auto* shown = page.content().AddIncludeDictionary(kr_REVEALED_KEY);
    shown->SetFilename("revealed_key.tpl");
    shown->ShowSection(krk_PAGE);
    shown->ShowSection(created ? krk_CREATED : krk_REGENERATED);
    shown->SetValue(krk_NAME, view.name);
    shown->SetValue(krk_FULL_KEY, view.fullKey);
    shown->SetValue(krk_ME_URL, view.meUrl);
    return templates_->expand(page);
}

std::string Pages::alreadyShown(const AlreadyShownPage& view) const {
    Layout page("This key was already shown", view.chrome, "already_shown.tpl");
    page.content().ShowSection(view.key ? kas_KEY : kas_NO_KEY);
    if (view.key) {
        page.content().SetValue(kas_NAME, view.key->name.text());
        page.content().SetValue(kas_ID, view.key->id.text());
    }
    return templates_->expand(page);
}

std::string Pages::confirm(const ConfirmPage& view) const {
    const bool isWrong = !view.error.empty();
    Layout page(isWrong ? "Error: Regenerate API Key" : "Regenerate API Key", view.chrome, "confirm.tpl");
    auto* form = page.content().AddIncludeDictionary(kc_CONFIRM_FORM);
    form->SetFilename("confirm_form.tpl");
    form->ShowSection(kcf_PAGE);
    form->SetValue(kcf_ONCE, view.once);
    form->SetValue(kcf_ERROR_TEXT, view.error);
    setRow(*form, view.key);
    setPolicy(*form, view.key, std::nullopt);
    return templates_->expand(page);
}

}  // namespace claviger::fcgi
