#include "fcgi/views/layout.h"

#include "templates/layout.tpl.varnames.h"
#include "templates/settings.tpl.varnames.h"

namespace claviger::fcgi {

Layout::Layout(const std::string& title, const std::string& tenantName, const char* content) : layout_("layout") {
    layout_.SetTemplateGlobalValue(kl_TENANT_NAME, tenantName);
    layout_.SetValue(kl_TITLE, title);
    content_ = layout_.AddIncludeDictionary(kl_CONTENT);
    content_->SetFilename(content);
}

Layout::Layout(const std::string& title, const Chrome& chrome, const char* content)
    : Layout(title, chrome.tenantName, "settings.tpl") {
    layout_.SetTemplateGlobalValue(ks_CSRF, chrome.csrf);
    layout_.SetTemplateGlobalValue(ks_PAGE_OF, chrome.user);
    content_->SetValue(ks_EMAIL, chrome.email);
    content_ = content_->AddIncludeDictionary(ks_CONTENT);
    content_->SetFilename(content);
}

}  // namespace claviger::fcgi
