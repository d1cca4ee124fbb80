#include "faults/upset_rates.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "common/error.h"

namespace clipscope {
namespace {

constexpr double hours_of_fit = 1e9;
constexpr double bits_of_mbit = 1 << 20;

// Neutrons above 10 MeV in a square centimetre and hour: the reference at sea level, and at 12 km and 45 degrees.
constexpr double sea_level_flux = 13, flight_flux = 6000;
constexpr double embedded_low = 700, embedded_high = 1200;

constexpr std::array presets = {
    UpsetPreset{"sram", "embedded SRAM at sea level", embedded_low, embedded_high,
                "IEC 61508:2010, on soft errors: 700 to 1,200 FIT per Mbit reported for embedded memories"},
    UpsetPreset{"sram-flight", "embedded SRAM at 12 km, 45 degrees of latitude", embedded_low* flight_flux / sea_level_flux,
                embedded_high* flight_flux / sea_level_flux,
                "the range at sea level (IEC 61508:2010) times the ratio of neutron fluxes above 10 MeV: 6,000 per cm2 and hour (IEC "
                "62396-1:2016, nominal) to 13 (JESD89A:2006, "
                "New York at sea level)"},
    UpsetPreset{
        "dram-fleet", "DRAM modules of a data centre, errors of all causes, most of them hard", 25000, 70000,
        "Schroeder, Pinheiro, Weber: DRAM Errors in the Wild, SIGMETRICS 2009: 25,000 to 70,000 errors in 10^9 device hours per Mbit"},
};

constexpr std::array levels = {
    SafetyLevel{"ASIL D", 10, 0.99},
    SafetyLevel{"ASIL C", 100, 0.97},
    SafetyLevel{"ASIL B", 100, 0.90},
};

}  // namespace

double upsets_per_bit_hour(double fit_per_mbit) {
    return fit_per_mbit / hours_of_fit / bits_of_mbit;
}

double fit_per_mbit(double upsets_per_bit_hour) {
    return upsets_per_bit_hour * hours_of_fit * bits_of_mbit;
}

double fault_rate_after(double upsets_per_bit_hour, double hours) {
    return -std::expm1(-upsets_per_bit_hour * hours);
}

std::span<const UpsetPreset> upset_presets() {
    return presets;
}

const UpsetPreset& upset_preset(const std::string& name) {
    const auto found = std::find_if(presets.begin(), presets.end(), [&](const UpsetPreset& preset) { return preset.name == name; });
    if (found != presets.end()) return *found;
    std::string names;
    for (const UpsetPreset& preset : presets) names += (names.empty() ? "" : ", ") + std::string(preset.name);
    throw UsageError("There are no upset rates of the name '" + name + "': choose " + names + ", or give a rate.");
}

ShareAtRate share_at(std::span<const MeasuredShare> points, double rate) {
    MeasuredShare before;
    for (const MeasuredShare& point : points) {
        if (rate <= point.rate) {
            const double t = point.rate > before.rate ? (rate - before.rate) / (point.rate - before.rate) : 1;
            const auto between = [&](double first, double second) { return first + t * (second - first); };
            return {between(before.share, point.share),
                    {between(before.ci95.low, point.ci95.low), between(before.ci95.high, point.ci95.high)},
                    false};
        }
        before = point;
    }
    return {before.share, before.ci95, true};
}

ShareAtRate mean_share(std::span<const MeasuredShare> points, double upsets_per_bit_hour, double hours) {
    constexpr int steps = 2000;
    ShareAtRate mean;
    for (int step = 0; step < steps; ++step) {
        const ShareAtRate at = share_at(points, fault_rate_after(upsets_per_bit_hour, hours * (step + 0.5) / steps));
        mean.share += at.share / steps;
        mean.ci95.low += at.ci95.low / steps;
        mean.ci95.high += at.ci95.high / steps;
        mean.is_beyond |= at.is_beyond;
    }
    return mean;
}

FailuresInTime failures_in_time(double upsets_per_bit_hour, double bits, double probability, const Interval& ci95) {
    const double upsets = upsets_per_bit_hour * bits * hours_of_fit;
    return {upsets * probability, {upsets * ci95.low, upsets * ci95.high}};
}

std::span<const SafetyLevel> safety_levels() {
    return levels;
}

std::string_view upsets_leave_out() {
    return "Upsets of stored bits only: not of logic, of activations or of the program; several bits upset by one particle only where the "
           "result was measured with a pattern; without any error-correcting code, and whatever the share of the time in which answers are "
           "asked for.";
}

}  // namespace clipscope
