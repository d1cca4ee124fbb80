// Which layers, and which bits, matter most: what curves against the fault rate, and those over bit positions, come to (method.md,
// "Ranking"). Plain values and pure functions. Accuracies and shares are fractions, rates are per stored bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "campaign/accuracy_curves.h"
#include "campaign/duel_summary.h"
#include "clipping/auc.h"
#include "protection/protection.h"

namespace clipscope {

// The rate at which so much accuracy is lost, and where the 95 % intervals of the means, taken as curves, have lost as much. An end beyond
// the measured rates is no number.
struct RankedLoss {
    LossRate at{};
    bool is_low_before = false;            // the interval's lower end has lost as much at the lowest measured rate already
    bool is_high_before = false;           // likewise its upper end
    std::optional<double> lowest_rate{};   // that has a trial; nothing where none has: then nothing is known of the loss
    std::optional<double> highest_rate{};  // likewise
};

// One faulty bit of a layer at one position.
struct RankedBit {
    std::string layer;
    NumberFormat format{};
    int bit = 0;  // 0 = least significant
    int trials = 0;
    double clean = 0;
    double mean = 0;
    Interval ci95{};
    std::optional<double> worst{};  // of all trials; nothing where none ran on all images
    double loss() const { return clean - mean; }
};

struct RankedLayer {
    std::size_t curve = 0;  // its place among the curves
    std::string layer;      // "CONV-1", "network"
    std::string path;
    Protection protection = Protection::none;
    NumberFormat format{};
    std::int64_t bits = 0;  // where a fault can begin
    double clean = 0;
    std::optional<double> auc{};  // nothing while a rate has no trial
    std::optional<Interval> auc_ci95{};
    RankedLoss lost_1_point{};
    RankedLoss lost_10_points{};
    std::optional<double> worst{};  // the lowest accuracy of any whole trial
    double worst_rate = 0;          // the lowest rate at which it is
    // Of the area that the whole network's faults take, under the same protection and in the same format, that of this layer's alone;
    // nothing where the network was not measured or lost nothing.
    std::optional<double> loss_share{};
    std::optional<RankedBit> fatal_bit{};  // the position whose single faults lose most; of several the highest
};

struct Ranking {
    CampaignInfo info;  // of the curves, or of the bit positions where there are none
    AucAxis auc_axis = AucAxis::linear;
    std::vector<NumberFormat> formats;  // that the curves have, each once
    std::vector<RankedLayer> layers;  // the one that loses most comes first
    std::vector<RankedBit> bits;      // likewise

    bool has_formats() const { return formats.size() > 1; }
};

// Of curves over fault rates `curves`, and of those over bit positions `bits` of the same network, either of which may be empty. Layers are
// ordered by their AUC, those without one after them by the mean accuracy at the highest rate.
Ranking rank_layers(const AccuracyCurves& curves, const AccuracyCurves& bits, AucAxis axis);

// The single layers alone: scopes of several ("network", "CONV-1+FC-1") are measures to hold them against. Under the first protection that
// was measured, in the first format.
std::vector<const RankedLayer*> single_layers(const Ranking& ranking);

}  // namespace clipscope
