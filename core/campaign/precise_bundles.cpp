#include "campaign/precise_bundles.h"

#include <map>
#include <nlohmann/json.hpp>

#include "campaign/item_bytes.h"
#include "campaign/precise_point.h"
#include "campaign/sampled_json.h"

namespace clipscope {
namespace {

constexpr std::int64_t images_at_once = 96;  // of trials that share passes: products take 24 or 48 rows at a time

}  // namespace

std::vector<PreciseBundle> make_bundles(const std::vector<PreciseItem>& items, const std::vector<GroupPoint>& points, std::size_t at_once) {
    std::vector<PreciseBundle> bundles;
    struct Open {
        std::size_t bundle = 0;
        std::int64_t images = 0;
    };
    std::map<std::size_t, Open> open;  // by point, the bundle that has room
    for (const PreciseItem& item : items) {
        const std::int64_t images = points[item.point].point.images(item.stratum);
        const auto [place, is_new] = open.try_emplace(item.point, Open{bundles.size()});
        Open& latest = place->second;
        if (is_new || bundles[latest.bundle].size() >= at_once || latest.images + images > images_at_once) {
            latest = {bundles.size()};
            bundles.emplace_back();
        }
        bundles[latest.bundle].push_back(item);
        latest.images += images;
    }
    return bundles;
}

std::string results_to_bytes(const std::vector<PreciseResults>& results) {
    auto items = nlohmann::ordered_json::array();
    for (const PreciseResults& of_item : results) {
        auto& curves = items.emplace_back(nlohmann::ordered_json::array());
        for (const auto& result : of_item) curves.push_back(sample_json(result.value()));
    }
    return to_bytes(items);
}

std::vector<PreciseResults> results_from_bytes(const std::string& bytes) {
    std::vector<PreciseResults> results;
    for (const auto& curves : from_bytes(bytes)) {
        PreciseResults& of_item = results.emplace_back();
        for (const auto& curve : curves) of_item.push_back(read_sample(curve));
    }
    return results;
}

}  // namespace clipscope
