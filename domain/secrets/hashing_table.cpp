#include "domain/secrets/hashing_table.h"

#include <algorithm>
#include <iterator>
#include <vector>

namespace claviger::domain::secrets {
namespace {

using Device = HashingClaim::Device;
using State = HashingPlace::State;

// The limits for one sort of device: how many may wait, and how many places they may hold in total. The total includes
// places that were pushed out and are not freed yet. The two totals add up to the table's places, so that neither sort
// can use up the other's.
struct Room {
    std::size_t waiting;
    std::size_t places;
};

constexpr Room kRoomForKnown{64, 128}, kRoomForOthers{256, 384};
static_assert(kRoomForKnown.places + kRoomForOthers.places == HashingTable::kPlaces);

constexpr const Room& roomFor(Device device) {
    return device == Device::kKnown ? kRoomForKnown : kRoomForOthers;
}

bool is(const HashingPlace& place, State state) {
    return place.state.load(std::memory_order_acquire) == state;
}

template <class Places, class Which>
std::size_t count(const Places& places, Which which) {
    return static_cast<std::size_t>(std::count_if(std::begin(places), std::end(places), which));
}

template <class Places, class Which>
auto* find(Places& places, Which which) {
    const auto found = std::find_if(std::begin(places), std::end(places), which);
    return found == std::end(places) ? nullptr : &*found;
}

// Changes the state of a place only if it is still waiting: its owner may free it at any time.
bool change(HashingPlace& place, State to) {
    auto expected = State::kWaiting;
    return place.state.compare_exchange_strong(expected, to, std::memory_order_acq_rel);
}

}  // namespace

HashingPlace* HashingTable::admit(const HashingClaim& claim, std::uint32_t owner) {
    const auto ofDevice = [&](const auto& place) { return place.claim.device == claim.device; };
    const auto& room = roomFor(claim.device);
    auto* const free = find(places_, [](const auto& place) { return is(place, State::kFree); });
    const auto held = count(places_, [&](const auto& place) { return !is(place, State::kFree) && ofDevice(place); });
    if (free == nullptr || held >= room.places) return nullptr;

    auto* leaves = find(
        places_, [&](const auto& place) { return is(place, State::kWaiting) && place.claim.account == claim.account; });
    if (leaves != nullptr && (claim.device != Device::kKnown || leaves->claim.device != Device::kOther)) return nullptr;
    const auto waiting =
        count(places_, [&](const auto& place) { return is(place, State::kWaiting) && ofDevice(place); });
    if (leaves == nullptr && waiting >= room.waiting) {
        leaves = longestWaiting(claim);
        if (leaves == nullptr) return nullptr;
    }
    if (leaves != nullptr) change(*leaves, State::kPushedOut);

    free->owner = owner;
    free->arrival = ++arrivals_;
    free->claim = claim;
    free->state.store(State::kWaiting, std::memory_order_release);
    return free;
}

void HashingTable::grant() {
    while (auto* const place = next()) {
        turns_[turnsGiven_++ % kTurns] = {place->claim.tenant, place->claim.address, place->claim.device};
        change(*place, State::kHashing);
    }
}

// Returns the sign-in to evict, among those with the newcomer's sort of device. It belongs to the tenant with the most
// waiting, and is the newest of that tenant's address with the most waiting. The newcomer counts as well. nullptr: the
// newcomer itself is to be refused.
HashingPlace* HashingTable::longestWaiting(const HashingClaim& newcomer) {
    std::vector<HashingPlace*> waiting;
    for (auto& place : places_)
        if (is(place, State::kWaiting) && place.claim.device == newcomer.device) waiting.push_back(&place);

    const auto rankOf = [&](const HashingClaim& claim, std::uint64_t arrival) {
        const auto alike = [&](auto HashingClaim::*part) {
            const auto others = count(waiting, [&](const auto* place) { return place->claim.*part == claim.*part; });
            return others + (newcomer.*part == claim.*part ? 1 : 0);
        };
        return Rank(alike(&HashingClaim::tenant), alike(&HashingClaim::address), arrival);
    };
    auto longest = rankOf(newcomer, arrivals_ + 1);
    HashingPlace* found = nullptr;
    for (auto* const place : waiting) {
        const auto rank = rankOf(place->claim, place->arrival);
        if (rank > longest) longest = rank, found = place;
    }
    return found;
}

// Returns the next sign-in to get a permit. nullptr: no permit is free, or no waiting sign-in may have it.
HashingPlace* HashingTable::next() {
    std::vector<const HashingPlace*> hashing;
    for (const auto& place : places_)
        if (is(place, State::kHashing)) hashing.push_back(&place);
    if (hashing.size() >= kPermits) return nullptr;

    const auto mayHash = [&](const HashingClaim& claim) {
        return std::none_of(hashing.begin(), hashing.end(), [&](const auto* place) {
            const bool bothOther = claim.device == Device::kOther && place->claim.device == Device::kOther;
            return bothOther || place->claim.account == claim.account;
        });
    };
    HashingPlace* first = nullptr;
    Rank turn;
    for (auto& place : places_) {
        if (!is(place, State::kWaiting) || !mayHash(place.claim)) continue;
        const auto other = turnOf(place);
        if (first == nullptr || other < turn) first = &place, turn = other;
    }
    return first;
}

HashingTable::Rank HashingTable::turnOf(const HashingPlace& place) const {
    const auto& claim = place.claim;
    const auto ofTenant = [&](const Turn& turn) { return turn.tenant == claim.tenant && turn.device == claim.device; };
    const auto ofAddress = [&](const Turn& turn) {
        return turn.address == claim.address && turn.device == claim.device;
    };
    return {lastTurn(ofTenant), lastTurn(ofAddress), place.arrival};
}

// Returns the number of the last matching turn; 0 if none is stored.
template <class Matches>
std::uint64_t HashingTable::lastTurn(Matches matches) const {
    const auto oldest = turnsGiven_ > kTurns ? turnsGiven_ - kTurns : 0;
    for (auto turn = turnsGiven_; turn > oldest; --turn)
        if (matches(turns_[(turn - 1) % kTurns])) return turn;
    return 0;
}

}  // namespace claviger::domain::secrets
