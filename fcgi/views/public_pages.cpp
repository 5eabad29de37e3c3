#include "fcgi/views/pages.h"

#include "fcgi/views/layout.h"
#include "fcgi/views/templates.h"
#include "templates/error.tpl.varnames.h"
#include "templates/login.tpl.varnames.h"

// The pages that need no session. Those of a signed-in person are in key_views.cpp.
namespace claviger::fcgi {

Pages::Pages(const std::filesystem::path& folder) : templates_(std::make_unique<Templates>(folder)) {}

Pages::~Pages() = default;

std::string Pages::login(const LoginPage& view) const {
    Layout page(view.error.empty() ? "Sign in" : "Error: Sign in", view.tenantName, "login.tpl");
    auto& content = page.content();
    content.SetValue(kl_CSRF, view.csrf);
    content.SetValue(kl_CALLBACK_URL, view.callbackUrl);
    content.SetValue(kl_EMAIL, view.email);
    content.ShowSection(view.email.empty() ? kl_FOCUS_EMAIL : kl_FOCUS_PASSWORD);
    if (!view.sessionEnded) content.ShowSection(kl_NOT_ENDED);
    if (!view.error.empty()) {
        content.ShowSection(kl_ERROR);
        content.SetValue(kl_ERROR_TEXT, view.error);
    }
    return templates_->expand(page);
}

std::string Pages::error(const ErrorPage& view) const {
    Layout page(view.text, "Claviger", "error.tpl");
    page.content().SetIntValue(ke_STATUS, view.status);
    page.content().SetValue(ke_TEXT, view.text);
    page.content().SetValue(ke_REQUEST_ID, view.requestId);
    page.content().SetValue(ke_ADVICE_TEXT, view.advice);
    page.content().ShowSection(view.advice.empty() ? ke_TO_KEYS : ke_ADVICE);
    return templates_->expand(page);
}

}  // namespace claviger::fcgi
