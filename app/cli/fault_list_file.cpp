#include "fault_list_file.h"

#include <variant>

#include "common/number_text.h"

namespace clipscope::cli {

FaultListFile::FaultListFile(const std::string& path) : file_(path, "--faults-out") {
    file_.write("layer,rate,trial,parameter,element,bit\n");
}

bool FaultListFile::take(const Event& event) {
    if (const auto* started = std::get_if<CampaignStarted>(&event)) {
        for (const CurveInfo& curve : started->curves) layers_.push_back(curve.layer);
        lists_once_ = !started->info.prices.empty();
        for (const double rate : started->info.rates) rates_.push_back(number_text(rate));
    } else if (const auto* injected = std::get_if<FaultsInjected>(&event)) {
        const std::string start = layers_.at(std::size_t(injected->curve)) + "," + rates_.at(std::size_t(injected->rate_index)) + "," +
                                  std::to_string(injected->trial) + ",";
        std::string lines;
        for (const FaultsInjected::Bit& bit : injected->bits) {
            if (lists_once_ && !is_listed_by(injected->curve, bit.parameter)) continue;
            lines += start + bit.parameter + "," + std::to_string(bit.element) + "," + std::to_string(bit.bit) + "\n";
        }
        file_.write(lines);
    }
    return ok();
}

bool FaultListFile::is_listed_by(int curve, const std::string& parameter) {
    return listed_by_.try_emplace({layers_.at(std::size_t(curve)), parameter}, curve).first->second == curve;
}

void FaultListFile::close() {
    file_.close("The list of faults");
}

}  // namespace clipscope::cli
