#include "cli/apply/apply_plan.h"

#include <algorithm>
#include <map>
#include <memory>

#include "cli/frame/failure.h"
#include "cli/frame/password_input.h"
#include "cli/frame/tenant_of.h"

namespace claviger::cli {
namespace {

using domain::TenantDetails;
using domain::TenantStatus;
using domain::User;
using domain::UserStatus;

template <class T>
void mustBeOk(const domain::Result<T>& result) {
    if (!result.ok()) throw failureOf(result.error());
}

Failure incomplete(const std::string& place, const std::string& member, const std::string& what) {
    return usageFailure(place + "." + member + ": is missing; " + what, "Nothing was changed.");
}

class Planner {
public:
    explicit Planner(Services& services) : services_(services) {
        for (auto& details : services.tenants().list()) {
            const auto slug = details.tenant.slug.text();
            for (const auto& host : details.hosts) owners_.emplace(host.text(), slug);
            schemas_.emplace(details.tenant.schema.text(), slug);
            known_.emplace(slug, std::move(details));
        }
    }

    Plan plan(const std::vector<WantedTenant>& wanted) {
        for (tenant_ = 0; tenant_ < wanted.size(); ++tenant_) add(wanted[tenant_]);
        return std::move(plan_);
    }

private:
    using Action = Step::Action;

    void step(const std::string& place, Action action, std::string what, std::function<void(Services&)> run) {
        plan_.steps.push_back({place, tenant_, Step::Subject::kTenant, action, std::move(what), std::move(run)});
    }

    void stepOfUser(const std::string& place, Action action, std::string what, std::function<void(Services&)> run) {
        plan_.steps.push_back({place, tenant_, Step::Subject::kUser, action, std::move(what), std::move(run)});
    }

    void add(const WantedTenant& wanted) {
        const auto before = plan_.steps.size();
        checkHosts(wanted);
        const auto found = known_.find(wanted.slug.text());
        const bool whole = found != known_.end() && found->second.tenant.schemaVersion > 0;
        if (whole)
            change(wanted, found->second);
        else
            create(wanted, found == known_.end() ? nullptr : &found->second);
        countIfUnchanged(before);

        std::vector<User> users;
        if (whole && !wanted.users.empty()) users = services_.users().list(tenantOf(services_, wanted.slug));
        for (const auto& user : wanted.users) {
            const auto steps = plan_.steps.size();
            add(wanted, user, users);
            countIfUnchanged(steps);
        }
    }

    void countIfUnchanged(std::size_t before) {
        const auto confirms = [](const Step& step) { return step.action == Action::kConfirm; };
        if (std::all_of(plan_.steps.begin() + static_cast<std::ptrdiff_t>(before), plan_.steps.end(), confirms))
            ++plan_.unchanged;
    }

    void checkHosts(const WantedTenant& wanted) const {
        for (std::size_t i = 0; i < wanted.hosts.size(); ++i) {
            const auto owner = owners_.find(wanted.hosts[i].text());
            if (owner != owners_.end() && owner->second != wanted.slug.text())
                throw Failure(ExitStatus::kConflict, "host_taken",
                              wanted.place + ".hosts[" + std::to_string(i) + "]: " + wanted.hosts[i].text() +
                                  " belongs to tenant " + owner->second,
                              "Nothing was changed. Name another host.");
        }
    }

    // Also completes a create that was killed: its tenant has a name and a host, but no complete schema.
    void create(const WantedTenant& wanted, const TenantDetails* begun) {
        const auto schema = schemas_.find(domain::SchemaName::of(wanted.slug).text());
        if (!begun && schema != schemas_.end())
            throw Failure(ExitStatus::kConflict, "tenant_taken",
                          wanted.place + ".slug: tenant " + schema->second + " has the schema that " +
                              wanted.slug.text() + " would get",
                          "Nothing was changed. Choose another slug.");
        auto hosts = begun ? begun->hosts : std::vector<domain::HostName>{};
        for (const auto& host : wanted.hosts)
            if (std::find(hosts.begin(), hosts.end(), host) == hosts.end()) hosts.push_back(host);
        if (!wanted.name && !begun) throw incomplete(wanted.place, "name", "a new tenant needs a display name");
        if (hosts.empty()) throw incomplete(wanted.place, "hosts", "a new tenant needs at least one host");
        const auto name = wanted.name.value_or(begun ? begun->tenant.name : "");
        if (begun && begun->tenant.name != name) rename(wanted, begun->tenant.name);
        step(wanted.place, Action::kCreate, "tenant " + wanted.slug.text() + ": " + name + ", at " + hosts[0].text(),
             createWith(wanted, name, hosts[0]));
        for (std::size_t i = 1; i < hosts.size(); ++i) addHost(wanted, name, hosts[i]);
        const auto status = begun ? begun->tenant.status : TenantStatus::kActive;
        setStatus(wanted, status);
    }

    void change(const WantedTenant& wanted, const TenantDetails& known) {
        if (known.tenant.schemaVersion < services_.newestTenantVersion())
            throw Failure(ExitStatus::kFailed, "tenant_migrating",
                          wanted.place + ": the schema of tenant " + wanted.slug.text() + " is behind this release",
                          "Nothing was changed. Run `claviger migrate`, then this again.");
        const auto name = wanted.name.value_or(known.tenant.name);
        if (name != known.tenant.name) rename(wanted, known.tenant.name);
        for (const auto& host : wanted.hosts)
            if (std::find(known.hosts.begin(), known.hosts.end(), host) == known.hosts.end())
                addHost(wanted, name, host);
        setStatus(wanted, known.tenant.status);
    }

    static std::function<void(Services&)> createWith(const WantedTenant& wanted, const std::string& name,
                                                     const domain::HostName& host) {
        return [fresh = domain::NewTenant{wanted.slug, host, name}](Services& services) {
            mustBeOk(services.tenants().create(fresh));
        };
    }

    void addHost(const WantedTenant& wanted, const std::string& name, const domain::HostName& host) {
        step(wanted.place, Action::kChange, "tenant " + wanted.slug.text() + ": also at " + host.text(),
             createWith(wanted, name, host));
    }

    void rename(const WantedTenant& wanted, const std::string& before) {
        step(wanted.place, Action::kChange,
             "tenant " + wanted.slug.text() + ": named " + *wanted.name + ", not " + before,
             [slug = wanted.slug, name = wanted.name](Services& services) {
                 mustBeOk(services.tenants().rename(slug, std::nullopt, name));
             });
    }

    void setStatus(const WantedTenant& wanted, TenantStatus before) {
        if (!wanted.status || (*wanted.status == before && before == TenantStatus::kActive)) return;
        const auto action = *wanted.status == before ? Action::kConfirm : Action::kChange;
        step(wanted.place, action,
             "tenant " + wanted.slug.text() + (*wanted.status == TenantStatus::kActive ? ": resumed" : ": suspended"),
             [slug = wanted.slug, status = *wanted.status](Services& services) {
                 mustBeOk(services.tenants().setStatus(slug, status));
             });
    }

    void add(const WantedTenant& tenant, const WantedUser& wanted, const std::vector<User>& users) {
        const auto user =
            std::find_if(users.begin(), users.end(), [&](const User& other) { return other.email == wanted.email; });
        if (user == users.end()) return createUser(tenant, wanted);
        if (wanted.name && *wanted.name != user->name)
            throw Failure(
                ExitStatus::kConflict, "user_taken",
                wanted.place + ".name: " + wanted.email.text() + " exists with the name \"" + user->name + "\"",
                "Nothing was changed. Give the user's own name, or none.");
        // `pending` is the first status of a user. A user who was approved or suspended since then stays so.
        if (wanted.status == UserStatus::kApproved && user->status != UserStatus::kApproved)
            setStatus(tenant, wanted, Action::kChange, "approved", &domain::UserService::approve);
        if (wanted.status == UserStatus::kSuspended)
            setStatus(tenant, wanted, user->status == UserStatus::kSuspended ? Action::kConfirm : Action::kChange,
                      "suspended", &domain::UserService::suspend);
    }

    using Change = domain::Result<domain::ChangedUser> (domain::UserService::*)(const domain::Tenant&,
                                                                                const domain::Email&);

    void setStatus(const WantedTenant& tenant, const WantedUser& wanted, Action action, const std::string& what,
                   Change method) {
        stepOfUser(wanted.place, action, nameOf(tenant, wanted) + ": " + what,
                   [slug = tenant.slug, email = wanted.email, method](Services& services) {
                       mustBeOk((services.users().*method)(tenantOf(services, slug), email));
                   });
    }

    void createUser(const WantedTenant& tenant, const WantedUser& wanted) {
        if (!wanted.passwordFile)
            throw incomplete(wanted.place, "passwordFile", "a new user needs the file that holds the first password");
        // Shared, because a std::function must be copyable and a password is not.
        const auto password = std::make_shared<domain::secrets::Password>(
            readPasswordFile(wanted.place + ".passwordFile", *wanted.passwordFile));
        if (const auto hard = password->mustBeHardToGuess(wanted.email.text()); !hard.ok())
            throw usageFailure(wanted.place + ".passwordFile: " + hard.error().detail, "Nothing was changed.");
        const domain::NewUser fresh{wanted.email, wanted.name.value_or(wanted.email.localPart()),
                                    wanted.status.value_or(UserStatus::kApproved)};
        const std::string status(domain::nameOf(fresh.status));
        stepOfUser(wanted.place, Action::kCreate, nameOf(tenant, wanted) + ": " + fresh.name + ", " + status,
                   [slug = tenant.slug, fresh, password](Services& services) {
                       mustBeOk(services.users().create(tenantOf(services, slug), fresh, *password));
                   });
    }

    static std::string nameOf(const WantedTenant& tenant, const WantedUser& user) {
        return "user " + user.email.text() + " of " + tenant.slug.text();
    }

    Services& services_;
    Plan plan_;
    std::size_t tenant_ = 0;  // that is planned
    std::map<std::string, TenantDetails> known_;
    std::map<std::string, std::string> owners_, schemas_;
};

}  // namespace

Plan planOf(Services& services, const std::vector<WantedTenant>& wanted) {
    return Planner(services).plan(wanted);
}

}  // namespace claviger::cli
