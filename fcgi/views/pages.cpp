#include "fcgi/views/pages.h"

#include <ctemplate/template.h>
#include <ctemplate/template_cache.h>

#include <algorithm>
#include <stdexcept>

#include "fcgi/views/static_url.h"

namespace claviger::fcgi {
namespace {

using ctemplate::TemplateDictionary;
using domain::ApiKey;
using domain::Timestamp;

constexpr auto kLayout = "layout.tpl";
constexpr const char* kTemplates[] = {kLayout,      "settings.tpl",      "login.tpl",   "keys.tpl", "new_key.tpl",
                                      "reveal.tpl", "already_shown.tpl", "confirm.tpl", "error.tpl"};

// "2026-11-23 16:02 UTC", for readers without JavaScript.
std::string readable(Timestamp moment) {
    const auto iso = domain::iso8601(moment);
    return iso.substr(0, 10) + " " + iso.substr(11, 5) + " UTC";
}

// A page in the layout. `content` is filled by the caller.
class Page {
public:
    Page(const std::string& title, const std::string& tenantName, const char* content) : layout_("layout") {
        layout_.SetValue("TITLE", title);
        layout_.SetValue("TENANT_NAME", tenantName);
        layout_.SetValue("STATIC_URL", kStaticUrl);
        content_ = layout_.AddIncludeDictionary("CONTENT");
        content_->SetFilename(content);
    }

    // A page of the settings: the navigation and the user menu around the content.
    Page(const std::string& title, const Chrome& chrome, const char* content)
        : Page(title, chrome.tenantName, "settings.tpl") {
        content_->SetValue("EMAIL", chrome.email);
        content_->SetValue("CSRF", chrome.csrf);
        content_ = content_->AddIncludeDictionary("CONTENT");
        content_->SetFilename(content);
        content_->SetValue("CSRF", chrome.csrf);
    }

    TemplateDictionary& content() { return *content_; }

    void show(const char* section, const char* marker, const std::string& value) {
        if (!value.empty()) content_->SetValueAndShowSection(marker, value, section);
    }

    const TemplateDictionary& layout() const { return layout_; }

private:
    TemplateDictionary layout_;
    TemplateDictionary* content_;
};

void setKey(TemplateDictionary& row, const ApiKey& key) {
    row.SetValue("ID", key.id.text());
    row.SetValue("NAME", key.name.text());
    row.SetValue("MASKED_KEY", key.maskedKey());
    row.SetValue("CREATED_AT", domain::iso8601(key.createdAt));
    row.SetValue("CREATED", readable(key.createdAt));
    if (!key.lastUsedAt) {
        row.ShowSection("NEVER_USED");
        return;
    }
    auto* used = row.AddSectionDictionary("USED");
    used->SetValue("LAST_USED_AT", domain::iso8601(*key.lastUsedAt));
    used->SetValue("LAST_USED", readable(*key.lastUsedAt));
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool contains(const std::string& text, const std::string& part) {
    return std::search(text.begin(), text.end(), part.begin(), part.end(),
                       [](char a, char b) { return lower(a) == lower(b); }) != text.end();
}

}  // namespace

class Pages::Cache {
public:
    explicit Cache(const std::filesystem::path& folder) {
        if (!templates_.SetTemplateRootDirectory(folder.string()))
            throw std::runtime_error("templates.folder " + folder.string() + " cannot be used");
        for (const auto* name : kTemplates)
            if (!templates_.LoadTemplate(name, ctemplate::DO_NOT_STRIP))
                throw std::runtime_error("the template " + (folder / name).string() + " is missing or broken");
        templates_.Freeze();
    }

    std::string expand(const Page& page) const {
        std::string html;
        // A partial output is returned with false: better no page than half of one.
        if (!templates_.ExpandNoLoad(kLayout, ctemplate::DO_NOT_STRIP, &page.layout(), nullptr, &html))
            throw std::runtime_error("a template could not be expanded");
        return html;
    }

private:
    ctemplate::TemplateCache templates_;
};

Pages::Pages(const std::filesystem::path& folder) : cache_(std::make_unique<Cache>(folder)) {}

Pages::~Pages() = default;

std::string Pages::login(const LoginPage& view) const {
    Page page("Sign in", view.tenantName, "login.tpl");
    page.content().SetValue("TENANT_NAME", view.tenantName);
    page.content().SetValue("CSRF", view.csrf);
    page.content().SetValue("CALLBACK_URL", view.callbackUrl);
    page.content().SetValue("EMAIL", view.email);
    page.content().ShowSection(view.email.empty() ? "FOCUS_EMAIL" : "FOCUS_PASSWORD");
    page.show("ERROR", "ERROR_TEXT", view.error);
    return cache_->expand(page);
}

std::string Pages::keys(const KeysPage& view) const {
    Page page("API Keys", view.chrome, "keys.tpl");
    std::size_t shown = 0;
    for (const auto& key : view.keys) {
        if (!contains(key.name.text(), view.search)) continue;
        if (shown++ == 0) page.content().ShowSection("TABLE");
        setKey(*page.content().AddSectionDictionary("KEY"), key);
    }
    page.content().SetIntValue("SHOWN", static_cast<long>(shown));
    page.content().SetIntValue("TOTAL", static_cast<long>(view.keys.size()));
    if (view.keys.empty()) page.content().ShowSection("NO_KEYS");
    if (!view.keys.empty() && shown == 0) page.show("NO_MATCH", "SEARCHED", view.search);
    return cache_->expand(page);
}

std::string Pages::newKey(const NewKeyPage& view) const {
    Page page("Create API Key", view.chrome, "new_key.tpl");
    page.content().SetValue("ONCE", view.once);
    page.content().SetValue("NAME", view.name);
    page.show("ERROR", "ERROR_TEXT", view.error);
    if (!view.error.empty()) page.content().ShowSection("INVALID");
    return cache_->expand(page);
}

std::string Pages::reveal(const RevealPage& view) const {
    const bool created = view.reveal == Reveal::kCreated;
    Page page(created ? "API Key Created!" : "Key Regenerated!", view.chrome, "reveal.tpl");
    page.content().ShowSection(created ? "CREATED" : "REGENERATED");
    page.content().SetValue("NAME", view.name);
    page.content().SetValue("FULL_KEY", view.fullKey);
    page.content().SetValue("ME_URL", view.meUrl);
    return cache_->expand(page);
}

std::string Pages::alreadyShown(const Chrome& chrome) const {
    return cache_->expand(Page("This key was already shown", chrome, "already_shown.tpl"));
}

std::string Pages::confirm(const ConfirmPage& view) const {
    Page page("Regenerate API Key", view.chrome, "confirm.tpl");
    page.content().SetValue("ONCE", view.once);
    setKey(page.content(), view.key);
    return cache_->expand(page);
}

std::string Pages::error(const ErrorPage& view) const {
    Page page(view.text, "Claviger", "error.tpl");
    page.content().SetIntValue("STATUS", view.status);
    page.content().SetValue("TEXT", view.text);
    page.content().SetValue("REQUEST_ID", view.requestId);
    return cache_->expand(page);
}

}  // namespace claviger::fcgi
