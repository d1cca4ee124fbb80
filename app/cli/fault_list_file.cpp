#include "fault_list_file.h"

#include <cerrno>
#include <cstring>
#include <variant>

#include "common/error.h"
#include "common/number_text.h"

namespace clipscope::cli {

FaultListFile::FaultListFile(const std::string& path) : path_(path), file_(std::fopen(path.c_str(), "we")) {
    if (file_ == nullptr) throw Error("Cannot write '" + path + "': " + std::strerror(errno) + "; choose another --faults-out.");
    write("layer,rate,trial,parameter,element,bit\n");
}

FaultListFile::~FaultListFile() {
    if (file_ != nullptr) std::fclose(file_);
}

bool FaultListFile::take(const Event& event) {
    if (const auto* started = std::get_if<CampaignStarted>(&event)) {
        for (const CurveInfo& curve : started->curves) layers_.push_back(curve.layer);
        for (const double rate : started->info.rates) rates_.push_back(number_text(rate));
    } else if (const auto* injected = std::get_if<FaultsInjected>(&event)) {
        const std::string start = layers_.at(std::size_t(injected->curve)) + "," + rates_.at(std::size_t(injected->rate_index)) + "," +
                                  std::to_string(injected->trial) + ",";
        std::string lines;
        for (const FaultsInjected::Bit& bit : injected->bits) {
            lines += start + bit.parameter + "," + std::to_string(bit.element) + "," + std::to_string(bit.bit) + "\n";
        }
        write(lines);
    }
    return ok();
}

void FaultListFile::close() {
    std::FILE* file = file_;
    file_ = nullptr;
    if (file != nullptr && std::fclose(file) != 0 && ok()) error_ = errno;
    if (!ok()) throw Error("The list of faults '" + path_ + "' could not be written whole (" + std::strerror(error_) + ")");
}

void FaultListFile::write(const std::string& text) {
    if (ok() && std::fwrite(text.data(), 1, text.size(), file_) != text.size()) error_ = errno;
}

}  // namespace clipscope::cli
